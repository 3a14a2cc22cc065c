// The overview: what the run holds.
let timeUnit = "";

views.overview = () => {
  byId("overview").replaceChildren(
    cards(),
    make("div", { class: "columns" },
      block(say("by_relation"), relationTable()),
      block(say("timeline"), timeline())),
    block(say("top_entities"), topEntities()),
    run.scores ? scoreBlock(run.scores) : "",
    block(say("rejects_title"), rejectTable()),
    block(say("about_run"), manifestTable()));
};

const sum = (values) => values.reduce((total, value) => total + value, 0);
const block = (title, ...content) => (
  make("section", { class: "block" }, make("h2", {}, title), content));

function card(title, count, details) {
  return make("div", { class: "card" },
    make("div", { class: "count" }, number(count)), make("div", {}, title),
    make("div", { class: "small" }, details.filter(Boolean).join(" · ")));
}

function byType(counts) {
  return settings.types.filter((type) => counts[type])
    .map((type) => `${number(counts[type])} ${say(`${type}_many`)}`);
}

function cards() {
  const relations = settings.relations.map((relation) => [relation,
    sum(run.triples.filter((row) => row[0] === relation).map((row) => row[2]))]);
  return make("div", { class: "cards" },
    card(say("articles_many"), run.articles, [
      say("characters", { count: number(run.characters) }),
      run.damaged ? say("damaged", { count: number(run.damaged) }) : "",
      ...Object.entries(run.scripts).map(([script, count]) => `${say(script)} ${number(count)}`)]),
    card(say("mentions"), sum(Object.values(run.mentions)), byType(run.mentions)),
    card(say("entities"), sum(Object.values(run.entities)), byType(run.entities)),
    card(say("triples"), sum(run.triples.map((row) => row[2])),
      relations.map(([relation, count]) => `${say(relation)} ${number(count)}`)),
    card(say("rejects"), sum(run.rejects.map((row) => row[2])), []));
}

function relationTable() {
  const count = (relation, status) => sum(run.triples
    .filter((row) => (!relation || row[0] === relation) && (!status || row[1] === status))
    .map((row) => row[2]));
  const rows = [...settings.relations, ""].map((relation) => [
    relation ? make("span", {}, make("span", { class: `dot ${relation}` }), say(relation))
      : say("all"),
    ...[...settings.statuses, ""].map((status) => count(relation, status))]);
  return table([say("relation"), ...settings.statuses.map((status) => say(status)), say("all")],
    rows);
}

const coarse = () => sum(run.years.map((row) => row[2])) - sum(run.months.map((row) => row[2]));

function timeline() {
  if (!run.years.length) return make("p", { class: "note" }, say("no_dates"));
  timeUnit ||= new Set(run.years.map((row) => row[0])).size > 2 || !run.months.length
    ? "years" : "months";
  const choose = make("div", { class: "choices" }, ["years", "months"].map((unit) => button(
    say(unit === "years" ? "by_year" : "by_month"),
    () => { timeUnit = unit; views.overview(); },
    { "aria-pressed": String(unit === timeUnit), disabled: !run[unit].length })));
  return [choose, bars(run[timeUnit], timeUnit === "months"), make("p", { class: "small" },
    say("timeline_note", { count: number(run.undated) }),
    timeUnit === "months" && coarse() ? ` ${say("coarse_note", { count: number(coarse()) })}` : "")];
}

// All years or months from the first to the last of `rows`, or only those that occur where these
// would be too many.
function steps(rows, monthly) {
  const found = [...new Set(rows.map((row) => row[0]))].sort();
  const place = (key) => (monthly ? 12 * Number(key.slice(0, 4)) + Number(key.slice(5)) - 1
    : Number(key));
  const first = place(found[0]), last = place(found.at(-1));
  if (last - first > 60) return found;
  return Array.from({ length: last - first + 1 }, (_, step) => {
    const at = first + step;
    return monthly ? `${String(Math.floor(at / 12)).padStart(4, "0")}-${String(at % 12 + 1).padStart(2, "0")}`
      : String(at).padStart(4, "0");
  });
}

function bars(rows, monthly) {
  const keys = steps(rows, monthly);
  const counts = new Map(rows.map(([key, relation, count]) => [`${key} ${relation}`, count]));
  const stacks = keys.map((key) => settings.relations.map((one) => counts.get(`${key} ${one}`) || 0));
  const most = Math.max(...stacks.map(sum));
  const every = Math.ceil(keys.length / (monthly ? 7 : 12));
  return make("div", { class: "bars", role: "img", "aria-label": keys.map((key, place) => (
    `${key}: ${sum(stacks[place])}`)).join(", ") }, keys.map((key, place) => {
    const told = settings.relations.map((relation, at) => (
      stacks[place][at] ? `${say(relation)} ${number(stacks[place][at])}` : "")).filter(Boolean);
    const bar = make("div", { class: "bar", on: {
      pointermove: (event) => showTip([key, ...told], event.clientX, event.clientY),
      pointerleave: hideTip } },
    make("div", { class: "stack" }, settings.relations.map((relation, at) => {
      const piece = make("div", { class: `piece ${relation}` });
      piece.style.height = `${(100 * stacks[place][at]) / most}%`;
      return piece;
    })),
    make("div", { class: "tick" }, place % every === 0 ? key : ""));
    return bar;
  }));
}

function topEntities() {
  if (!graph.nodes.length) return make("p", { class: "note" }, say("no_triples"));
  const top = graph.nodes.slice(0, 15);
  const most = top[0].triples;
  return make("ol", { class: "top" }, top.map((node) => {
    const bar = make("span", { class: `fill ${node.type}` });
    bar.style.width = `${(100 * node.triples) / most}%`;
    return make("li", {},
      button(nameOf(node), () => showInGraph(node), { class: "link", title: node.id }),
      make("span", { class: "track" }, bar),
      make("span", { class: "small" }, `${number(node.triples)} ${say("triples")} · `
        + `${number(node.articles)} ${say("articles_many")}`));
  }));
}

function scoreBlock(scores) {
  const names = { damaged: "damaged_articles", clean: "clean_articles" };
  const named = (name) => say(names[name] || name.replace(" ", "_"));
  const titles = ["", say("precision"), say("recall"), "F1", say("gold"), say("found")];
  const rows = (given) => given.map(([name, ...figures]) => [named(name),
    ...figures.map((figure, place) => (
      place < 3 ? make("span", { class: "figure" }, figure.toFixed(3)) : figure))]);
  const percent = (key) => scores.figures[key].toFixed(3);
  const facts = [
    ["status_accuracy", percent("status_accuracy")],
    ["candidate_ceiling", percent("candidate_ceiling")],
    ["mention_interval", `${percent("mention_f1_low")} … ${percent("mention_f1_high")}`],
    ["triple_interval", `${percent("triple_f1_low")} … ${percent("triple_f1_high")}`],
  ];
  return block(say("scores", { gold: scores.gold }),
    make("div", { class: "columns" },
      table(titles, rows(scores.mentions), say("scores_mentions")),
      table(titles, rows(scores.triples), say("scores_triples"))),
    make("dl", { class: "facts" }, facts.map(([key, value]) => (
      [make("dt", {}, say(key)), make("dd", {}, value)]))),
    make("p", { class: "small" }, `sha256 ${scores.sha256}`));
}

function rejectTable() {
  if (!run.rejects.length) return make("p", { class: "note" }, say("no_rejects"));
  return table([say("part"), say("reason"), "", say("number")], run.rejects.map(
    ([part, reason, count]) => [say(part), make("code", {}, reason), say(`reason_${reason}`), count]));
}

function manifestTable() {
  const { zongheng, schema, settings: chosen, counts, outputs, ...digests } = run.manifest;
  const flat = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  const rows = [
    [say("version"), `zongheng ${zongheng}, ${schema}`],
    ...Object.entries(digests),
    ...Object.entries(outputs || {}),
    ...Object.entries(chosen || {}).filter(([, value]) => flat(value) !== "" && flat(value) !== "[]")
      .map(([key, value]) => [`${say("settings")}: ${key}`, value]),
  ];
  return make("dl", { class: "facts digests" }, rows.map(([key, value]) => (
    [make("dt", {}, key), make("dd", {}, make("code", {}, flat(value)))])));
}
