// Applies the reader's text size and colours before the first paint, and lets
// the [data-settings] form change them. A classic script in the head, so that
// nothing flashes; it also tells the style sheet that scripts run.
(function () {
  "use strict";
  var root = document.documentElement;
  var values = { size: ["1", "2", "3"], scheme: ["auto", "light", "dark", "contrast"] };

  function stored(name) {
    try {
      var v = localStorage.getItem("khumue." + name);
      return values[name].indexOf(v) < 0 ? values[name][0] : v;
    } catch (e) {
      return values[name][0];
    }
  }

  // The first value of each is the ordinary one: no attribute, nothing stored.
  function apply(name, value) {
    if (value === values[name][0]) root.removeAttribute("data-" + name);
    else root.setAttribute("data-" + name, value);
  }

  function keep(name, value) {
    try {
      if (value === values[name][0]) localStorage.removeItem("khumue." + name);
      else localStorage.setItem("khumue." + name, value);
    } catch (e) {
      // A browser that keeps nothing still shows the choice on this page.
    }
  }

  function show() {
    document.querySelectorAll("[data-settings] input").forEach(function (input) {
      if (values[input.name]) input.checked = input.value === stored(input.name);
    });
  }

  function applyAll() {
    apply("size", stored("size"));
    apply("scheme", stored("scheme"));
  }

  root.setAttribute("data-js", "");
  applyAll();
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("change", function (event) {
    var input = event.target;
    if (!input.closest || !input.closest("[data-settings]") || !values[input.name]) return;
    apply(input.name, input.value);
    keep(input.name, input.value);
  });
  window.addEventListener("storage", function () {
    applyAll();
    show();
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    applyAll();
    show();
  });
})();
