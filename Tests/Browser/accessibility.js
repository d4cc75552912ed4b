// axe-core over a whole report, every row opened: first the page without its rows, then slice after slice of them, for
// one call over all of them would outlast the browser driver's patience. arguments: rows per slice, whether rows are
// judged by contrast alone. Leaves `judged`, which yields what is found in each part.
const [size, contrastOnly] = arguments;
const options = { resultTypes: ["violations"], preload: false };
const rule = "color-contrast";

// What decides an element's contrast: its own colours and letters, and which elements it lies in.
function likeness(element) {
  const style = getComputedStyle(element);
  const parts = [style.color, style.backgroundColor, style.fontSize, style.fontWeight];
  for (let at = element; at && at.tagName !== "TBODY"; at = at.parentElement) parts.push(at.tagName, at.getAttribute("class"));
  return parts.join("|");
}

function* newTexts(rows, known) {
  for (const row of rows) {
    for (const element of row.querySelectorAll("*")) {
      if (![...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())) continue;
      const like = likeness(element);
      if (!known.has(like)) yield element;
      known.add(like);
    }
  }
}

async function* judge() {
  for (const button of document.querySelectorAll("button.open")) {
    if (button.getAttribute("aria-expanded") !== "true") button.click();
  }
  const body = document.querySelector("table.layers > tbody");
  const rows = body ? [...body.children] : [];
  body?.replaceChildren();
  const part = (violations, rows) => ({ violations, opened: rows.filter(row => row.matches(".detail:not([hidden])")).length });
  yield part((await axe.run(document, options)).violations, []);
  // What has been judged would only cost time again.
  if (body) document.querySelectorAll("main > section").forEach(section => section.contains(body) || section.remove());
  const known = new Set();
  for (let start = 0; start < rows.length; start += size) {
    const slice = rows.slice(start, start + size);
    body.replaceChildren(...slice);
    const texts = [...newTexts(slice, known)];
    const found = [];
    if (!contrastOnly) {
      found.push(...(await axe.run({ include: slice }, { ...options, rules: { [rule]: { enabled: false } } })).violations);
    }
    if (texts.length > 0) found.push(...(await axe.run({ include: texts }, { ...options, runOnly: [rule] })).violations);
    yield part(found, slice);
  }
}

window.judged = judge();
