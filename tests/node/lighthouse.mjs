// Lighthouse, as a phone, on a list of pages: {chrome, flags, pages: [{name, url, cookie}]} on standard input;
// on standard output, for each page, the scores (0 to 100) of the four categories and what lost points.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const asked = JSON.parse(await new Response(process.stdin).text());
const browser = await launch({ chromePath: asked.chrome, chromeFlags: asked.flags });
const found = {};
try {
  for (const { name, url, cookie } of asked.pages) {
    const { lhr } = await lighthouse(url, {
      port: browser.port,
      logLevel: "error",
      onlyCategories: ["performance", "accessibility", "best-practices", "seo"],
      extraHeaders: cookie ? { Cookie: cookie } : undefined,
    });
    const scores = {};
    const lost = [];
    for (const [id, category] of Object.entries(lhr.categories)) {
      scores[id] = Math.round(100 * category.score);
      for (const { id: audit, weight } of category.auditRefs) {
        const { score, displayValue, title } = lhr.audits[audit];
        if (weight && score !== null && score < 0.9) lost.push(`${audit}: ${title} ${displayValue ?? ""}`.trim());
      }
    }
    found[name] = { url: lhr.finalDisplayedUrl, scores, lost };
  }
} finally {
  browser.kill();
}
console.log(JSON.stringify(found));
