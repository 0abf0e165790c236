// A reader that types: signs quicker than any finger, then Enter or Tab. Wherever the focus was, they are a pass and nothing else;
// form[data-reader] takes it on every page, form[data-pass] where one is asked for, and there the camera helps where the browser can.
const form = document.querySelector("form[data-pass]") ?? document.querySelector("form[data-reader]");
const QUICK_MS = 60; // between two signs, on average: the screen itself may be busy for a moment
const PAUSE_MS = 300;
const SHORTEST = 6;

if (form) {
  const field = form.elements.pass;
  let burst = "";
  let first = 0;
  let last = 0;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ends = event.key === "Enter" || event.key === "Tab";
    if (event.key.length !== 1 && !ends) return;
    if (event.timeStamp - last > PAUSE_MS) burst = "";
    if (!burst) first = event.timeStamp;
    last = event.timeStamp;
    const typed = event.target.matches?.("input, textarea") ? event.target : null;
    if (!ends) {
      burst += event.key;
      // What no field asked for must press no button; a single key is a person's.
      if (!typed && burst.length > 1) event.preventDefault();
    } else if (burst.length >= SHORTEST && last - first < QUICK_MS * burst.length) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (typed && typed !== field) typed.value = typed.value.slice(0, -burst.length);
      field.value = burst;
      burst = "";
      form.requestSubmit();
    }
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
  const reads = async () => {
    const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
    return Boolean(navigator.mediaDevices) && formats.includes("qr_code");
  };
  if (button) {
    reads().then((can) => { button.hidden = !can; });
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
    addEventListener("pagehide", stop);
  }
}
