// [data-copy]: a button that puts its text on the clipboard and says so; without a clipboard it stays hidden.
const say = document.querySelector("[data-say]");
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      if (say) say.textContent = button.dataset.copied;
    });
  }
}
