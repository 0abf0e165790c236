"""What must hold of every page for whoever has only keys: everything is reached by Tab, and one sees where one is."""

from playwright.sync_api import Page

# Of radio buttons of one name, Tab stops at one. What a closed list holds is reached once it is open.
WATCH = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
  const names = new Set();
  const stops = all.filter((one) => {
    if (one.disabled || one.type === "hidden" || !one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.type !== "radio") return true;
    const name = `${one.form?.action} ${one.name}`;
    return !names.has(name) && names.add(name);
  });
  window.waiting = new Set(stops);
  window.unseen = [];
  document.addEventListener("focusin", ({ target }) => {
    for (const one of [...window.waiting]) {
      if (one === target || (one.type === "radio" && one.name === target.name)) window.waiting.delete(one);
    }
    const { outlineStyle, boxShadow } = getComputedStyle(target);
    if (outlineStyle === "none" && boxShadow === "none") window.unseen.push(target.outerHTML.slice(0, 90));
  });
  document.activeElement?.blur();
  return stops.length + 4 * stops.filter((one) => ["date", "time", "color"].includes(one.type)).length;
}"""
# Whatever shows only while it has the focus covers nothing of the page that is looked at next.
MISSED = """() => {
  document.activeElement?.blur();
  return [[...window.waiting].map((one) => one.outerHTML.slice(0, 90)), window.unseen];
}"""
SOME = 6  # presses more than there are stops: frames that scroll are stops of their own in this browser


def troubles(page: Page, name: str) -> list[str]:
    """Press Tab through `page`: what is not reached, or holds the focus unseen. `name`: for messages."""
    for _ in range(page.evaluate(WATCH) + SOME):
        page.keyboard.press("Tab")
    missed, unseen = page.evaluate(MISSED)
    return [f"{name}: Tab does not reach {one}" for one in missed] + [
        f"{name}: focus unseen on {one}" for one in unseen
    ]
