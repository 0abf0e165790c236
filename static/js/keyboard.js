// [data-keyboard]: a field that is touched brings letters and figures to the bottom of the screen; kiosks have no keys of their own.
const board = document.querySelector("[data-keyboard]");
const TEXT = "input:is([type=text], [type=email], [type=password], [type=tel], :not([type])), textarea";

if (board) {
  const words = board.dataset;
  const press = board.appendChild(document.createElement("div"));
  let field = null;
  let large = false;

  const key = (face, name, act, wide) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = wide ? "button kiosk-key kiosk-key-wide" : "button kiosk-key";
    button.textContent = face;
    if (name) button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    return button;
  };
  const write = (change) => {
    const most = field.maxLength > 0 ? field.maxLength : 1000;
    field.value = change(field.value).slice(0, most);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  const sign = (face) => {
    const shown = large ? face.toUpperCase() : face;
    return key(shown, "", () => {
      write((now) => now + shown);
      if (large && field.autocapitalize !== "characters") draw(false);
    });
  };
  const draw = (capitals) => {
    large = capitals;
    const letters = field.dataset.keys === "numeric" ? [] : words.letters.split("|");
    const rows = ["1234567890", ...letters].map((row) => [...row].map(sign));
    const back = key("⌫", words.back, () => write((now) => now.slice(0, -1)), true);
    const done = key("✓", words.done, hide, true);
    if (!letters.length) rows.push([back, done]);
    else {
      const shift = key("⇧", words.shift, () => draw(!large), true);
      shift.setAttribute("aria-pressed", String(large));
      rows.push([shift, ...[..."@.-_+"].map(sign), key("␣", words.space, () => write((now) => `${now} `), true), back, done]);
    }
    press.replaceChildren(...rows.map((row) => {
      const line = document.createElement("div");
      line.className = "kiosk-row";
      line.append(...row);
      return line;
    }));
  };
  const hide = () => {
    board.hidden = true;
    document.documentElement.classList.remove("kiosk-typing");
  };
  const show = (chosen) => {
    field = chosen;
    draw(field.autocapitalize === "characters");
    (field.closest("dialog") ?? document.body).append(board);
    board.hidden = false;
    document.documentElement.classList.add("kiosk-typing");
    field.scrollIntoView({ block: "center" });
  };
  // The device's own keyboard, should it have one on the screen, stays away; real keys type as ever.
  const ready = (one) => {
    if (one.inputMode === "none") return;
    one.dataset.keys = one.inputMode === "numeric" || one.type === "tel" ? "numeric" : "text";
    one.inputMode = "none";
  };
  document.addEventListener("focusin", (event) => {
    const one = event.target;
    if (one.matches("input[type=number]")) one.inputMode = "none";
    if (!one.matches(TEXT) || one.matches("#pass, #phone")) return;
    ready(one);
    show(one);
  });
  // A touch on a key must not take the focus from the field; one anywhere else puts the keys away once it has done its work.
  board.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    if (!board.hidden && !board.contains(event.target) && document.activeElement !== field) hide();
  });
}
