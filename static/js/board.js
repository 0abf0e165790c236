// [data-board=address] keeps itself up to date: by server-sent events where a line is free, else by asking every 0.6 s.
// Every message carries the feed's number up to which it tells, so a line that broke is taken up exactly there.
const board = document.querySelector("[data-board]");

if (board) {
  const base = board.dataset.board;
  const line = board.querySelector("[data-line]");
  const sound = board.querySelector("[data-sound]");
  const words = document.title.replace(/^\(\d+\) /, "");
  let after = board.dataset.after;
  let audio = null;

  const state = (kind, text) => {
    line.hidden = false;
    line.textContent = text;
    line.className = `desk-state desk-state-${kind}`;
  };

  const ring = () => {
    if (!audio) return;
    [0, 0.22, 0.44].forEach((wait, place) => {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      const begin = audio.currentTime + wait;
      tone.frequency.value = [660, 880, 990][place];
      loud.gain.setValueAtTime(0.0001, begin);
      loud.gain.exponentialRampToValueAtTime(0.5, begin + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, begin + 0.2);
      tone.connect(loud).connect(audio.destination);
      tone.start(begin);
      tone.stop(begin + 0.22);
    });
    board.dataset.rang = Number(board.dataset.rang ?? 0) + 1;
  };

  const count = () => {
    const unseen = board.querySelectorAll("[data-unseen]").length;
    document.title = unseen ? `(${unseen}) ${words}` : words;
    for (const list of board.querySelectorAll("[data-column]")) {
      list.closest("section").querySelector("[data-count]").textContent = list.children.length;
    }
    return unseen;
  };

  // Whoever stood on a button of a card that was drawn anew stands there again, or on the card itself.
  const stand = (card, name) => (card?.querySelector(`[name="${CSS.escape(name || "-")}"]`) ?? card?.querySelector("a"))?.focus();

  const put = (told) => {
    const old = document.getElementById(`order-${told.id}`);
    const list = board.querySelector(`[data-column="${CSS.escape(told.column)}"]`);
    const card = new DOMParser().parseFromString(told.html, "text/html").querySelector("li");
    const held = old?.contains(document.activeElement) && document.activeElement.name;
    old?.remove();
    if (!list) return;
    const next = [...list.children].find((one) => Number(one.dataset.due) > Number(card.dataset.due));
    list.insertBefore(document.adoptNode(card), next ?? null);
    if (held) stand(card, held);
    if (!old && card.hasAttribute("data-unseen")) {
      document.querySelector("[data-say]").textContent = card.querySelector("h3").textContent.trim();
      ring();
    }
  };

  const reread = async () => {
    const answer = await fetch(base, { cache: "no-store" });
    if (answer.redirected || !answer.ok) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-board]");
    const before = new Set([...board.querySelectorAll("[data-unseen]")].map((one) => one.id));
    const stood = { card: document.activeElement?.closest("li[id]")?.id, name: document.activeElement?.name };
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const old = board.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
      if (!old || old.isEqualNode(part)) continue;
      part.open = old.open;
      old.replaceWith(document.adoptNode(part));
    }
    if (document.activeElement === document.body && stood.card) stand(document.getElementById(stood.card), stood.name);
    const told = page.querySelector("main > [role=status]");
    if (told) {
      document.querySelector("main > [role=status]")?.remove();
      document.querySelector("main").prepend(document.adoptNode(told));
    }
    after = fresh.dataset.after;
    count();
    if ([...board.querySelectorAll("[data-unseen]")].some((one) => !before.has(one.id))) ring();
    return undefined;
  };

  const take = async (told) => {
    told.cards.forEach(put);
    after = told.after;
    count();
    if (told.reread) await reread();
  };

  const poll = async (ends) => {
    try {
      const answer = await fetch(`${base}/feed?after=${after}`, { headers: { "If-None-Match": `"${after}"` } });
      if (answer.redirected) return location.reload();
      if (answer.status === 200) await take(await answer.json());
      state("success", board.dataset.live);
    } catch {
      state("danger", board.dataset.lost);
    }
    setTimeout(() => (Date.now() < ends ? poll(ends) : listen()), 600);
    return undefined;
  };

  // A line refused (204: all are taken) is closed by the browser for good: then this board asks for a minute, and tries again.
  const listen = () => {
    const stream = new EventSource(`${base}/stream?after=${after}`);
    stream.onopen = () => state("success", board.dataset.live);
    stream.onmessage = (event) => take(JSON.parse(event.data));
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) poll(Date.now() + 60000);
      else state("info", board.dataset.live);
    };
  };

  sound.hidden = false;
  sound.addEventListener("click", () => {
    audio ??= new AudioContext();
    audio.resume();
    sound.textContent = sound.dataset.on;
    ring();
    navigator.wakeLock?.request("screen").catch(() => {});
  });

  // Ages move on; a tap is posted without leaving the page, and its answer is a page to take the parts from.
  setInterval(() => reread().catch(() => state("danger", board.dataset.lost)), 60000);
  setInterval(() => { if (count()) ring(); }, 30000);
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (form.id !== "taps" || !button) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, button));  // before: a disabled button says nothing
    button.disabled = true;
    try {
      const answer = await fetch(button.formAction, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect" && !answer.ok) location.reload();
      else await reread();
    } catch {
      state("danger", board.dataset.lost);
    } finally {
      button.disabled = false;
    }
  });
  listen();
}
