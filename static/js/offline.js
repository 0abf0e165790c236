// The one line that says the signal is gone, and goes when it is back.
const line = document.querySelector("[data-offline]");

const tell = () => {
  line.textContent = line.dataset.offline;
  line.hidden = navigator.onLine;
};

addEventListener("offline", tell);
addEventListener("online", tell);
if (!navigator.onLine) tell();
