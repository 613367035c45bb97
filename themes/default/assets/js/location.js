// Where the reader is, asked for only at a press of a button and never sent.
const WAIT = 15000; // milliseconds
const FRESH = 60000; // how old a known place may be

const REASONS = { 1: "denied", 2: "unavailable", 3: "timeout" };

/**
 * A promise of {lat, lng}. It rejects with an error whose reason is the last
 * part of a message key: denied, unavailable, timeout or unsupported.
 */
export function locate() {
  return new Promise((found, failed) => {
    if (!navigator.geolocation) {
      failed(because("unsupported"));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      (place) => found({ lat: place.coords.latitude, lng: place.coords.longitude }),
      (error) => failed(because(REASONS[error.code] || "unavailable")),
      { enableHighAccuracy: false, timeout: WAIT, maximumAge: FRESH }
    );
  });
}

function because(reason) {
  const error = new Error("location: " + reason);
  error.reason = reason;
  return error;
}
