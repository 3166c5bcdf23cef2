"""A person with a keyboard and no mouse: where the focus goes, and whether it can be seen there."""

from dataclasses import dataclass

from playwright.sync_api import Page

#: What is wrong with where the focus is: nowhere, without a mark of its own, outside the window, or under something.
#: What scrolls there may take its second.
FAULT = """async () => {
  const look = () => {
    const one = document.activeElement;
    if (!one || one === document.body) return "the focus is lost";
    if (one.tagName === "IFRAME") return "";
    const marked = [one, one.closest("label"), one.form].some((each) => {
        const style = each && getComputedStyle(each);
        return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    });
    const name = one.outerHTML.slice(0, 160);
    if (!marked) return `nothing shows that the focus is on ${name}`;
    const box = one.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return `outside the window: ${name}`;
    const over = document.elementFromPoint(x, y);
    return over && (one.contains(over) || over.contains(one)) ? "" : `${over?.outerHTML.slice(0, 160)} hides ${name}`;
  };
  let fault = look();
  for (let frames = 0; fault && frames < 60; frames += 1) {
    await new Promise((done) => requestAnimationFrame(done));
    fault = look();
  }
  return fault;
}"""
#: How many stops a person has patience for.
STOPS = 80


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a page; whoever passes a stop where the focus can't be seen fails."""

    page: Page

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Letters, where the focus is."""
        self.page.keyboard.type(text)

    def to(self, target: str, *, back: bool = False) -> None:
        """Tab to what this selector means, in the page or in a frame of it."""
        for _ in range(STOPS):
            self.press("Shift+Tab" if back else "Tab")
            if self.at(target):
                return
        raise AssertionError(f"no way to {target}")

    def at(self, target: str) -> bool:
        """Whether the focus is on this; it can be seen wherever it is."""
        for frame in self.page.frames:
            if frame == self.page.main_frame:
                fault = frame.evaluate(FAULT)
                assert not fault, f"on the way to {target}: {fault}"
            elif not frame.evaluate("document.hasFocus()"):
                continue
            if frame.evaluate("(css) => document.activeElement?.matches(css) ?? false", target):
                return True
        return False

    def fill(self, target: str, text: str) -> None:
        """Tab to a field and type."""
        self.to(target)
        self.type(text)
