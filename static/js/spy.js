// nav[data-spy]: the link of the section being read is current, and stays in sight.
const bar = document.querySelector("[data-spy]");

if (bar) {
  const links = new Map([...bar.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  let current;
  const follow = () => {
    const id = [...links.keys()].find((key) => seen.has(key));
    if (!id || id === current) return;
    links.get(current)?.removeAttribute("aria-current");
    current = id;
    const link = links.get(id);
    link.setAttribute("aria-current", "true");
    bar.firstElementChild.scrollTo({ left: link.offsetLeft - 48 });
  };
  bar.addEventListener("focusin", ({ target }) => {
    // Not under a finger, which would let go of something else.
    if (target.matches(":focus-visible")) target.scrollIntoView({ block: "nearest", inline: "center" });
  });
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target.id);
    follow();
  }, { rootMargin: "-84px 0px -55% 0px" });
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) watcher.observe(section);
  }
}
