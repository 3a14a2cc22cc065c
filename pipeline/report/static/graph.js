// The graph's filters, and the list of what they let through.
const PAGE_OF_EDGES = 25;
const filters = {};
let edgePage = 0;
let opening = null;

function clearFilters() {
  Object.assign(filters, {
    relations: new Set(settings.relations), statuses: new Set(settings.statuses),
    from: "", to: "", entity: "", confidence: 0,
  });
}

clearFilters();

const entityFits = (node, wanted) => [node.id, ...allNames(node)]
  .some((name) => name.toLowerCase().includes(wanted));

// The places in graph.edges of what the filters let through.
function fitting() {
  const wanted = filters.entity.trim().toLowerCase();
  const exact = graph.nodes.findIndex((node) => node.id.toLowerCase() === wanted);
  const ends = new Set(graph.nodes.flatMap((node, place) => (
    (exact < 0 ? entityFits(node, wanted) : place === exact) ? [place] : [])));
  return graph.edges.flatMap((edge, place) => {
    const [first, last] = edge.days;
    const dated = first !== "";
    const fits = filters.relations.has(edge.relation) && filters.statuses.has(edge.status)
      && edge.confidence >= filters.confidence
      && (!filters.from || (dated && last >= filters.from))
      && (!filters.to || (dated && first <= filters.to))
      && (!wanted || ends.has(edge.head) || ends.has(edge.tail));
    return fits ? [place] : [];
  });
}

function applyFilters() {
  fill(fitting());
  closeHidden();
  edgePage = 0;
  showCount();
  listEdges();
}

function showCount() {
  const counts = {
    edges: number(drawing.edges.length), all_edges: number(graph.edges.length),
    nodes: number(drawing.nodes.length), all_nodes: number(graph.nodes.length),
  };
  byId("graph-count").textContent = say("graph_count", counts);
  byId("graph-empty").hidden = drawing.edges.length > 0;
  const left = graph.all_nodes > graph.nodes.length ? say("graph_left", {
    nodes: number(graph.nodes.length), all_nodes: number(graph.all_nodes),
    all_edges: number(graph.all_edges) }) : "";
  const undated = filters.from || filters.to ? say("undated_hidden") : "";
  byId("graph-note").textContent = [left, undated].filter(Boolean).map((note) => `· ${note}`).join(" ");
}

// --- The form -----------------------------------------------------------------------------------

function swatch(kind, value) {
  const line = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  line.setAttribute("class", `swatch ${value}`);
  line.setAttribute("viewBox", "0 0 26 10");
  line.setAttribute("aria-hidden", "true");
  const stroke = document.createElementNS("http://www.w3.org/2000/svg", "path");
  stroke.setAttribute("d", "M1 5H25");
  const patterns = { planned: "6", rumored: "2 4", negated: "2 4 6 4" };
  if (kind === "statuses" && patterns[value]) stroke.setAttribute("stroke-dasharray", patterns[value]);
  line.append(stroke);
  return line;
}

function choices(kind, values) {
  return make("fieldset", {}, make("legend", {}, say(kind)), values.map((value) => make("label", {},
    make("input", { type: "checkbox", value, checked: filters[kind].has(value), on: {
      change: (event) => {
        if (event.target.checked) filters[kind].add(value);
        else filters[kind].delete(value);
        applyFilters();
      } } }), swatch(kind, value), say(value))));
}

function day(key) {
  return make("label", {}, say(key), make("input", { type: "date", value: filters[key], name: key,
    on: { change: (event) => { filters[key] = event.target.value; applyFilters(); } } }));
}

function makeFilters() {
  const least = make("span", {}, say("confidence_least", { value: rounded(filters.confidence) }));
  byId("filters").replaceChildren(
    make("label", {}, say("search_entity"), make("input", {
      type: "search", name: "entity", list: "entity-names", value: filters.entity,
      placeholder: say("search_entity_hint"), autocomplete: "off",
      on: { input: (event) => { filters.entity = event.target.value; applyFilters(); fit(); } } }),
    make("datalist", { id: "entity-names" }, graph.nodes.slice(0, 100)
      .map((node) => make("option", { value: nameOf(node) })))),
    choices("relations", settings.relations),
    choices("statuses", settings.statuses),
    make("div", { class: "pair" }, day("from"), day("to")),
    make("label", {}, least, make("input", {
      type: "range", name: "confidence", min: "0", max: "1", step: "0.05", value: filters.confidence,
      on: { input: (event) => {
        filters.confidence = Number(event.target.value);
        least.textContent = say("confidence_least", { value: rounded(filters.confidence) });
        applyFilters();
      } } })),
    button(say("reset"), () => { clearFilters(); makeFilters(); applyFilters(); fit(); }));
  byId("zoom").replaceChildren(
    button("+", () => zoom(1.4), { "aria-label": say("zoom_in"), title: say("zoom_in") }),
    button("−", () => zoom(1 / 1.4), { "aria-label": say("zoom_out"), title: say("zoom_out") }),
    button(say("fit"), fit));
}

// --- The list: the same by keyboard ---------------------------------------------------------------

function dates(edge) {
  return [...new Set(edge.dates)].filter(Boolean).join(" – ");
}

function listEdges() {
  const order = [...drawing.edges].sort((one, other) => (
    graph.edges[other].triples - graph.edges[one].triples
    || graph.edges[other].confidence - graph.edges[one].confidence || one - other));
  const pages = Math.ceil(order.length / PAGE_OF_EDGES);
  const rows = order.slice(edgePage * PAGE_OF_EDGES, (edgePage + 1) * PAGE_OF_EDGES).map((place) => {
    const edge = graph.edges[place];
    const [head, tail] = [edge.head, edge.tail].map((end) => nameOf(graph.nodes[end]));
    const name = `${head} ${say(edge.relation)} ${tail}`;
    return [head, make("span", {}, make("span", { class: `dot ${edge.relation}` }), say(edge.relation)),
      tail, say(edge.status), edge.triples, make("span", { class: "figure" }, rounded(edge.confidence)),
      dates(edge), button(say("evidence"), () => { openEdge(place); byId("panel").focus(); },
        { class: "link", "aria-label": say("evidence_show", { name }) })];
  });
  byId("edge-list").replaceChildren(make("h2", {}, say("edge_list")),
    table(["head", "relation", "tail", "status", "triples", "confidence", "date", "evidence"]
      .map((key) => say(key)), rows),
    pager(edgePage, pages, (page) => { edgePage = page; listEdges(); }) || "");
}

function showInGraph(node) {
  clearFilters();
  filters.entity = node.id;
  if (location.hash === "#/graph") views.graph();
  else location.hash = "#/graph";
  makeFilters();
  applyFilters();
  fit();
}

views.graph = () => {
  if (drawing.plot) soon(fitAnew)();
  opening ||= openDrawing().then(() => { applyFilters(); fit(); });
};

languageListeners.push(() => {
  makeFilters();
  if (!drawing.plot) fill(fitting());
  else label();
  showCount();
  listEdges();
  showPanel();
});
