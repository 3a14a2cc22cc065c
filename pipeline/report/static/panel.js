// Beside the drawing: the evidence of a relation, or an entity with its relations.
const articlePlaces = new Map(articles.map((article, place) => [article.id, place]));
// What the panel shows: nothing, an edge by its place, or a node.
let opened = {};

function openEdge(place) {
  opened = { edge: place };
  showPanel();
}

function openNode(node) {
  opened = { node };
  showPanel();
}

function closePanel() {
  opened = {};
  clearPick();
  showPanel();
}

// The filters may have taken away what the panel shows.
function closeHidden() {
  const gone = opened.edge !== undefined ? !drawing.edges.includes(opened.edge)
    : opened.node && !drawing.nodes.includes(graph.nodes.indexOf(opened.node));
  if (gone) closePanel();
}

function showPanel() {
  const panel = byId("panel");
  if (opened.edge !== undefined) panel.replaceChildren(...edgePanel(graph.edges[opened.edge]));
  else if (opened.node) panel.replaceChildren(...nodePanel(opened.node));
  else panel.replaceChildren(make("p", { class: "note" }, say("graph_hint")), legend());
  panel.scrollTop = 0;
}

function legend() {
  return make("p", { class: "legend" }, settings.types.map((type) => (
    make("span", {}, typeMark(type), say(type)))));
}

const closer = () => button("×", closePanel, { class: "close", "aria-label": say("close") });

function facts(pairs) {
  const given = pairs.filter(([, value]) => value);
  return given.length ? make("dl", { class: "facts" }, given.map(([key, value]) => (
    [make("dt", {}, say(key)), make("dd", {}, value)]))) : null;
}

function edgePanel(edge) {
  const [head, tail] = [edge.head, edge.tail].map((place) => graph.nodes[place]);
  const statements = sum(edge.statuses.map(([, count]) => count));
  const triplesShown = new Set(edge.evidence.map((one) => one.triple)).size;
  const left = statements - triplesShown;
  const link = (node) => button(nameOf(node), () => openNode(node), { class: "link", title: node.id });
  return [closer(),
    make("h2", {}, link(head), " ", make("span", { class: `relation ${edge.relation}` },
      say(edge.relation)), " ", link(tail)),
    make("p", { class: "small" },
      say("edge_summary", { triples: number(edge.triples), articles: number(edge.articles) }), " · ",
      edge.statuses.map(([status, count]) => `${say(status)} ${number(count)}`).join(", ")),
    facts([["confidence", rounded(edge.confidence)], ["amount", money(edge.amount)],
      ["stake", edge.stake === null ? "" : `${edge.stake} %`], ["object", edge.object],
      ["date", dates(edge)]]),
    make("ol", { class: "evidence" }, edge.evidence.map((one) => statement(one, head, tail))),
    left > 0 ? make("p", { class: "note" }, say("evidence_more", { count: number(left) })) : "",
  ].filter(Boolean);
}

function statement(one, head, tail) {
  const marks = [[one.head, head], [one.tail, tail]].filter(([span]) => span)
    .sort(([first], [second]) => first[0] - second[0]);
  const pieces = [];
  let at = 0;
  for (const [[start, end], node] of marks) {
    if (start < at) continue;
    pieces.push(one.text.slice(at, start),
      make("mark", { class: node.type }, one.text.slice(start, end)));
    at = end;
  }
  pieces.push(one.text.slice(at));
  const outside = [one.head ? "" : one.head_text, one.tail ? "" : one.tail_text].filter(Boolean);
  const place = articlePlaces.get(one.article);
  return make("li", {},
    make("blockquote", {}, pieces),
    outside.length ? make("p", { class: "small" },
      say("outside", { names: outside.join(shown.language === "zh" ? "、" : ", ") })) : "",
    facts([["status", say(one.status)], ["confidence", rounded(one.confidence)],
      ["amount", one.amount], ["stake", one.stake], ["object", one.object], ["date", one.date],
      ["article", one.title || one.article], ["source", one.source === one.title ? "" : one.source],
      ["published", one.published]]) || "",
    place === undefined ? make("p", { class: "small" }, say("article_left_out"))
      : make("a", { href: `#/article/${place}/${one.triple}` }, say("open_article")));
}

function nodePanel(node) {
  const place = graph.nodes.indexOf(node);
  const own = graph.edges.flatMap((edge, at) => (
    edge.head === place || edge.tail === place ? [at] : []));
  own.sort((one, other) => graph.edges[other].triples - graph.edges[one].triples);
  return [closer(),
    make("h2", {}, typeMark(node.type), nameOf(node)),
    make("p", { class: "small" }, allNames(node).join(" · "), make("br"), node.id),
    make("p", { class: "small" }, say("edge_summary",
      { triples: number(node.triples), articles: number(node.articles) })),
    button(say("only_this"), () => showInGraph(node)),
    make("ul", { class: "plain" }, own.map((at) => {
      const edge = graph.edges[at];
      return make("li", {}, button(`${nameOf(graph.nodes[edge.head])} ${say(edge.relation)} `
        + nameOf(graph.nodes[edge.tail]), () => openEdge(at), { class: "link" }),
      make("span", { class: "small" }, ` ${say(edge.status)} · ${number(edge.triples)}`));
    }))];
}
