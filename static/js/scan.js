// form[data-pass]: a reader that types finds the field wherever the focus was, and where the browser reads codes itself the camera helps.
const form = document.querySelector("form[data-pass]");

if (form) {
  const field = form.elements.pass;
  const phone = document.querySelector("#phone");
  document.addEventListener("keydown", (event) => {
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.target.matches("input")) field.focus();
  }, true);
  // A burst that went into the number's field holds letters, which no number does.
  phone?.form.addEventListener("submit", (event) => {
    if (event.submitter?.name || !/[a-z_]/i.test(phone.value)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    field.value = phone.value;
    phone.value = "";
    form.requestSubmit();
  }, true);

  const button = form.querySelector("[data-camera]");
  const video = form.querySelector("video");
  const say = form.querySelector("[data-camera-say]");
  let stream = null;
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
    button.querySelector("span").textContent = button.dataset.start;
  };
  const watch = async (detector) => {
    while (stream) {
      const [found] = await detector.detect(video).catch(() => []);
      if (found && stream) {
        field.value = found.rawValue;
        stop();
        return form.requestSubmit();
      }
      await new Promise((done) => { setTimeout(done, 200); });
    }
    return undefined;
  };
  if (button && "BarcodeDetector" in window && navigator.mediaDevices) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (stream) return stop();
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
        video.srcObject = stream;
        video.hidden = false;
        say.textContent = button.dataset.point;
        button.querySelector("span").textContent = button.dataset.stop;
        await video.play();
        return watch(new BarcodeDetector({ formats: ["qr_code"] }));
      } catch {
        say.textContent = button.dataset.none;
        return stop();
      }
    });
  }
  addEventListener("pagehide", stop);
}
