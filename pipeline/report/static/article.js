// One article: its text, line by line, and beside each line the triples that it states.
let showClean = false;
let openArticle = null;

// Of a place: where it stands in the text that is shown.
const from = (place) => place[showClean ? 2 : 0];
const upTo = (place) => place[showClean ? 3 : 1];

views.article = (given, triple) => {
  const place = Number(given);
  const article = articles[place];
  if (!article) { location.hash = "#/articles"; return; }
  if (openArticle !== place) showClean = false;
  openArticle = place;
  const block = blockOf(place);
  const marks = {
    mentions: block.mentions.map(([entity, confidence, recogniser, at]) => (
      { entity, confidence, recogniser, at })),
    repairs: block.repairs.map(([kind, before, after, certain, at]) => (
      { kind, before, after, certain, at })),
    boilerplate: block.boilerplate.map(([kind, at]) => ({ kind, at })),
  };
  byId("article").replaceChildren(
    make("p", {}, make("a", { href: "#/articles" }, `← ${say("back")}`)),
    make("h1", {}, titleOf(article)),
    facts([["article", article.title ? article.id : ""], ["source", article.source],
      ["published", article.published], ["script", say(article.script)],
      ["repairs", article.repairs ? number(article.repairs) : ""]]) || "",
    textChoice(block), entityChips(article, block),
    make("div", { class: "lines", lang: writing(article) }, lines(block, marks)));
  if (triple) pointAt(block.triples.findIndex((one) => one.id === triple));
};

// Which forms of characters a font is to take: cleaned texts are Simplified.
const writing = (article) => (article.script === "Hant" && !showClean ? "zh-Hant" : "zh-Hans");

function textChoice(block) {
  if (block.clean === null) return make("p", { class: "small" }, say("same_text"));
  return make("div", { class: "choices", role: "group", "aria-label": say("text_shown") },
    [["raw", false], ["clean", true]].map(([key, clean]) => button(say(key), () => {
      showClean = clean;
      views.article(openArticle);
      byId("article").querySelector(`[data-choice="${key}"]`).focus();
    }, { "aria-pressed": String(clean === showClean), "data-choice": key })));
}

function entityChips(article, block) {
  const counts = new Map();
  for (const [entity] of block.mentions) counts.set(entity, (counts.get(entity) || 0) + 1);
  const order = [...counts].sort((one, other) => other[1] - one[1]);
  return make("details", { class: "chips" },
    make("summary", {}, `${say("entities_here")} (${number(order.length)})`),
    order.map(([place, count]) => button(`${nameOf(entities[place])} ${count}`,
      (event) => toggleEntity(place, event.currentTarget), { class: `chip ${entities[place].type}`,
        "aria-pressed": "false", title: [entities[place].id, ...allNames(entities[place])].join("\n") })));
}

function toggleEntity(place, chip) {
  const on = chip.getAttribute("aria-pressed") !== "true";
  chip.setAttribute("aria-pressed", String(on));
  for (const mark of byId("article").querySelectorAll(`mark[data-entity="${place}"]`)) {
    mark.classList.toggle("picked", on);
  }
}

// --- Lines --------------------------------------------------------------------------------------

function lines(block, marks) {
  const text = showClean && block.clean !== null ? block.clean : block.text;
  const evidence = block.triples.flatMap((triple, place) => (
    triple.evidence.map(([sentence, head, tail]) => ({ place, sentence, head, tail }))));
  const rows = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const start = match.index, end = start + match[0].length;
    const within = (one) => from(one.at) < end && upTo(one.at) > start;
    const gone = (one) => from(one.at) === upTo(one.at) && from(one.at) >= start && from(one.at) < end;
    const row = {
      text, start, end,
      mentions: marks.mentions.filter(within),
      repairs: marks.repairs.filter((one) => within(one) || gone(one)),
      boilerplate: marks.boilerplate.filter(within),
      evidence: evidence.filter((one) => from(one.sentence) < end && upTo(one.sentence) > start),
    };
    const stated = [...new Set(evidence.filter((one) => from(one.sentence) >= start
      && from(one.sentence) < end).map((one) => one.place))];
    rows.push(make("div", { class: stated.length ? "line stated" : "line" },
      make("p", {}, pieces(row, block)),
      make("ul", { class: "plain" }, stated.map((place) => tripleChip(block.triples[place], place)))));
  }
  return rows;
}

// The line in stretches that are marked alike; those of one mention stand in one mark.
function pieces(row, block) {
  const cuts = new Set([row.start, row.end]);
  const add = (place) => {
    for (const at of [from(place), upTo(place)]) if (at > row.start && at < row.end) cuts.add(at);
  };
  [...row.mentions, ...row.repairs, ...row.boilerplate].forEach((one) => add(one.at));
  row.evidence.forEach((one) => [one.sentence, one.head, one.tail].forEach(add));
  const bounds = [...cuts].sort((one, other) => one - other);
  const made = [];
  let mark = null, owner = null;
  for (let step = 0; step + 1 < bounds.length; step += 1) {
    const start = bounds[step], end = bounds[step + 1];
    const covers = (place) => from(place) <= start && upTo(place) >= end;
    for (const repair of row.repairs) {
      if (from(repair.at) === upTo(repair.at) && from(repair.at) === start) {
        made.push(withTip(make("span", { class: "repair gone" }), () => repairTip(repair)));
        owner = null;
      }
    }
    const mention = row.mentions.find((one) => covers(one.at));
    const piece = stretch(row, row.text.slice(start, end), covers);
    if (!mention) {
      made.push(piece);
    } else if (mention === owner) {
      mark.append(piece);
    } else {
      const entity = entities[mention.entity];
      mark = withTip(make("mark", { class: entity.type, "data-entity": mention.entity }, piece),
        () => mentionTip(mention, entity));
      made.push(mark);
    }
    owner = mention || null;
  }
  return made;
}

function stretch(row, text, covers) {
  const repair = row.repairs.find((one) => covers(one.at));
  const grey = row.boilerplate.find((one) => covers(one.at));
  const stated = row.evidence.filter((one) => covers(one.sentence)).map((one) => one.place);
  const ends = row.evidence.filter((one) => covers(one.head) || covers(one.tail))
    .map((one) => one.place);
  if (!repair && !grey && !stated.length && !ends.length) return text;
  const names = [repair ? "repair" : "", repair && !repair.certain ? "guess" : "",
    grey ? "boilerplate" : ""].filter(Boolean).join(" ");
  const span = make("span", { class: names || false,
    "data-stated": stated.length ? ` ${[...new Set(stated)].join(" ")} ` : false,
    "data-ends": ends.length ? ` ${[...new Set(ends)].join(" ")} ` : false }, text);
  if (repair) withTip(span, () => repairTip(repair));
  else if (grey) withTip(span, () => [`${say("boilerplate")}: ${grey.kind}`]);
  return span;
}

// --- Tooltips: a repair inside a mention tells of both -------------------------------------------

const tips = new WeakMap();

function withTip(element, tell) {
  tips.set(element, tell);
  return element;
}

byId("article").addEventListener("pointermove", (event) => {
  const told = [];
  for (let at = event.target; at && at.id !== "article"; at = at.parentElement) {
    if (tips.has(at)) told.push(...tips.get(at)());
  }
  if (told.length) showTip(told, event.clientX, event.clientY);
  else hideTip();
});
byId("article").addEventListener("pointerleave", hideTip);

function mentionTip(mention, entity) {
  return [allNames(entity).join(" · "), `${say(entity.type)} · ${entity.id}`,
    `${say("confidence")} ${rounded(mention.confidence)} · ${say("recogniser")} ${mention.recogniser}`];
}

function visible(text) {
  if (text === "") return say("nothing");
  return text.trim() === "" ? say("blank") : text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function repairTip(repair) {
  return [`${visible(repair.before)} → ${visible(repair.after)}`,
    `${say("repair")}: ${repair.kind}, ${say(repair.certain ? "certain" : "guessed")}`];
}

// --- Triples beside the text ---------------------------------------------------------------------

function tripleChip(triple, place) {
  const light = (on) => () => highlight(place, on);
  const details = [say(triple.status), rounded(triple.confidence), triple.amount, triple.stake,
    triple.object, triple.date].filter(Boolean).join(" · ");
  return make("li", { class: "triple", tabindex: "0", "data-triple": place, on: {
    pointerenter: light(true), pointerleave: light(false), focus: light(true), blur: light(false) } },
  make("strong", {}, nameOf(entities[triple.head])), " ",
  make("span", { class: `relation ${triple.relation}` }, say(triple.relation)), " ",
  make("strong", {}, nameOf(entities[triple.tail])),
  " ", make("span", { class: "small" }, details));
}

function highlight(place, on) {
  const article = byId("article");
  for (const [key, name] of [["stated", "lit"], ["ends", "lit-end"]]) {
    for (const span of article.querySelectorAll(`[data-${key}~="${place}"]`)) {
      span.classList.toggle(name, on);
    }
  }
  for (const chip of article.querySelectorAll(`[data-triple="${place}"]`)) {
    chip.classList.toggle("lit", on);
  }
}

function pointAt(place) {
  const chip = byId("article").querySelector(`[data-triple="${place}"]`);
  if (!chip) return;
  chip.scrollIntoView({ block: "center" });
  chip.focus({ preventScroll: true });
}
