// [data-print]: a button that opens the browser's print dialogue; without script it stays hidden, and Ctrl+P does it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
