/**
 * Keeps work on what was asked last. While one answer is being worked out, only
 * the newest question waits; its answer alone is shown, however long the one
 * before took. work gives a promise; show gets (answer, question), fail (error,
 * question).
 */
export function newest(work, show, fail) {
  let running = false;
  let waiting = null;
  let last = 0;

  async function run() {
    running = true;
    while (waiting) {
      const mine = waiting;
      waiting = null;
      const isLast = () => mine.number === last;
      try {
        const answer = await work(mine.question, isLast);
        if (isLast()) show(answer, mine.question);
      } catch (error) {
        if (isLast()) fail(error, mine.question);
      }
    }
    running = false;
  }

  const ask = (question) => {
    waiting = { question, number: ++last };
    if (!running) run();
  };
  /** Lets go of what is under way: its answer is not shown. */
  ask.drop = () => {
    last++;
    waiting = null;
  };
  return ask;
}
