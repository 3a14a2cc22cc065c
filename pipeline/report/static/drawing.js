// The drawing of the graph: rows for Bokeh's sources, zoom, labels, tooltips.
const DASHES = { actual: "solid", planned: "dashed", rumored: "dotted", negated: "dashdot" };
const MARKERS = { company: "circle", person: "diamond", chip: "square" };
const CURVE_STEPS = 12;
const MARGIN = 1.12;

const drawing = { plot: null, view: null, edges: [], nodes: [], bends: bends() };

const colour = (name) => getComputedStyle(document.documentElement)
  .getPropertyValue(`--${name}`).trim();
// In screen pixels; smaller where many are drawn.
const most = Math.max(1, ...graph.nodes.map((node) => node.triples));
const diameter = (node) => (8 + 24 * Math.sqrt(node.triples / most))
  * Math.max(0.5, Math.min(1, Math.sqrt(70 / drawing.nodes.length)));
const sourceOf = (name) => drawing.plot.document.get_model_by_name(name);

// How far each edge bends from the straight line, so that those between the same two part.
function bends() {
  const groups = new Map();
  graph.edges.forEach((edge, place) => {
    const key = Math.min(edge.head, edge.tail) + " " + Math.max(edge.head, edge.tail);
    groups.set(key, [...(groups.get(key) || []), place]);
  });
  const found = new Array(graph.edges.length).fill(0);
  for (const places of groups.values()) {
    places.forEach((place, step) => {
      const side = graph.edges[place].head < graph.edges[place].tail ? 1 : -1;
      found[place] = side * (step - (places.length - 1) / 2) * 0.32;
    });
  }
  return found;
}

// Where the curve of an edge is at 0 (head) .. 1 (tail).
function curve(place) {
  const { head, tail } = graph.edges[place];
  const [x0, y0] = graph.nodes[head].at, [x1, y1] = graph.nodes[tail].at;
  const bend = drawing.bends[place];
  const cx = (x0 + x1) / 2 - (y1 - y0) * bend, cy = (y0 + y1) / 2 + (x1 - x0) * bend;
  return (t) => [
    (1 - t) ** 2 * x0 + 2 * t * (1 - t) * cx + t ** 2 * x1,
    (1 - t) ** 2 * y0 + 2 * t * (1 - t) * cy + t ** 2 * y1];
}

async function openDrawing() {
  const opened = await Bokeh.embed.embed_item(read("data-drawing"));
  const views = opened.roots ? [...opened.roots] : [...opened];
  drawing.view = views[0];
  drawing.plot = drawing.view.model;
  for (const range of [drawing.plot.x_range, drawing.plot.y_range]) {
    for (const end of ["start", "end"]) range.properties[end].change.connect(soon(label));
  }
  for (const name of ["nodes", "edges"]) {
    const source = sourceOf(name);
    source.selected.properties.indices.change.connect(soon(picked));
    source.inspect.connect(soon(hovered));
  }
  const canvas = byId("plot");
  canvas.addEventListener("pointermove", (event) => { drawing.pointer = event; });
  canvas.addEventListener("pointerleave", hideTip);
  for (const side of ["inner_width", "inner_height"]) {
    drawing.plot.properties[side].change.connect(soon(fitAnew));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

// `act`, once, before the next frame, however often it is asked for.
function soon(act) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; act(); });
  };
}

// Draw `edges`, places in graph.edges, and their ends.
function fill(edges) {
  drawing.edges = edges;
  drawing.nodes = [...new Set(edges.flatMap((place) => (
    [graph.edges[place].head, graph.edges[place].tail])))].sort((one, other) => one - other);
  draw();
}

function draw() {
  if (!drawing.plot) return;
  const colours = Object.fromEntries([...settings.relations, ...settings.types, "ink", "paper"]
    .map((name) => [name, colour(name)]));
  const curves = drawing.edges.map(curve);
  const points = curves.map((at, row) => {
    const steps = drawing.bends[drawing.edges[row]] ? CURVE_STEPS : 1;
    return Array.from({ length: steps + 1 }, (_, step) => at(step / steps));
  });
  const edges = drawing.edges.map((place) => graph.edges[place]);
  clearPick();
  sourceOf("edges").data = {
    xs: points.map((line) => line.map(([x]) => x)),
    ys: points.map((line) => line.map(([, y]) => y)),
    color: edges.map((edge) => colours[edge.relation]),
    dash: edges.map((edge) => DASHES[edge.status]),
    width: edges.map((edge) => Math.min(5, 1.4 + Math.log2(edge.triples) / 2)),
  };
  const directed = edges.flatMap((edge, row) => (
    settings.symmetric.includes(edge.relation) ? [] : [row]));
  const arrows = directed.map((row) => {
    const [x, y] = curves[row](0.62), [nextX, nextY] = curves[row](0.64);
    return { x, y, angle: Math.atan2(nextY - y, nextX - x) - Math.PI / 2 };
  });
  sourceOf("arrows").data = {
    x: arrows.map((one) => one.x), y: arrows.map((one) => one.y),
    angle: arrows.map((one) => one.angle),
    color: directed.map((row) => colours[edges[row].relation]),
  };
  const nodes = drawing.nodes.map((place) => graph.nodes[place]);
  sourceOf("nodes").data = {
    x: nodes.map((node) => node.at[0]), y: nodes.map((node) => node.at[1]),
    size: nodes.map(diameter), marker: nodes.map((node) => MARKERS[node.type]),
    color: nodes.map((node) => colours[node.type]), line: nodes.map(() => colours.paper),
  };
  label();
}

// Names where they do not cover each other, the entities with the most triples first.
function label() {
  if (!drawing.view) return;
  const { x_range: xs, y_range: ys } = drawing.plot;
  const { width, height } = drawing.view.frame.bbox;
  const taken = [], rows = [];
  for (const place of drawing.nodes) {
    const node = graph.nodes[place];
    const text = shorten(nameOf(node));
    const x = (node.at[0] - xs.start) / (xs.end - xs.start) * width;
    const y = (1 - (node.at[1] - ys.start) / (ys.end - ys.start)) * height;
    const half = 4 + 6.2 * [...text].reduce((size, one) => size + (one > "\u2e7f" ? 1 : 0.58), 0);
    const top = y + diameter(node) / 2;
    const box = [x - half, top, x + half, top + 16];
    const covers = (other) => box[0] < other[2] && other[0] < box[2]
      && box[1] < other[3] && other[1] < box[3];
    if (x < 0 || x > width || y < 0 || y > height || taken.some(covers)) continue;
    taken.push(box);
    rows.push({ x: node.at[0], y: node.at[1], y_offset: diameter(node) / 2 + 1, text });
  }
  const ink = colour("ink"), paper = colour("paper");
  sourceOf("labels").data = {
    x: rows.map((row) => row.x), y: rows.map((row) => row.y),
    y_offset: rows.map((row) => row.y_offset), text: rows.map((row) => row.text),
    color: rows.map(() => ink), halo: rows.map(() => paper),
  };
}

function shorten(name) {
  const characters = [...name];
  return characters.length > 18 ? `${characters.slice(0, 17).join("")}…` : name;
}

// --- Zoom: one unit is as long across as down, so that arrows point the right way ---------------

function fit() {
  if (!drawing.view || !drawing.nodes.length) return;
  const { width, height } = drawing.view.frame.bbox;
  if (width <= 0 || height <= 0) return;
  drawing.size = `${width} ${height}`;
  const points = drawing.nodes.map((place) => graph.nodes[place].at);
  const xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
  const left = Math.min(...xs), right = Math.max(...xs);
  const low = Math.min(...ys), high = Math.max(...ys);
  const unit = Math.max((right - left) / width, (high - low) / (height - 40), 1 / 260) * MARGIN;
  show((left + right) / 2, (low + high) / 2, unit * width, unit * height);
}

// After a change of the window's size; to come back from another view is none.
function fitAnew() {
  const { width, height } = drawing.view.frame.bbox;
  if (`${width} ${height}` !== drawing.size) fit();
  else label();
}

function show(x, y, width, height) {
  drawing.plot.x_range.setv({ start: x - width / 2, end: x + width / 2 });
  drawing.plot.y_range.setv({ start: y - height / 2, end: y + height / 2 });
  label();
}

function zoom(factor) {
  const { x_range: xs, y_range: ys } = drawing.plot;
  show((xs.start + xs.end) / 2, (ys.start + ys.end) / 2,
    (xs.end - xs.start) / factor, (ys.end - ys.start) / factor);
}

// --- Pointer ------------------------------------------------------------------------------------

function hovered() {
  const [node] = sourceOf("nodes").inspected.indices;
  const [edge] = sourceOf("edges").inspected.indices;
  if (!drawing.pointer || (node === undefined && edge === undefined)) return hideTip();
  const { clientX, clientY } = drawing.pointer;
  if (node !== undefined) return showTip(nodeTip(graph.nodes[drawing.nodes[node]]), clientX, clientY);
  return showTip(edgeTip(graph.edges[drawing.edges[edge]]), clientX, clientY);
}

function nodeTip(node) {
  return [allNames(node).join(" · "), `${say(node.type)} · ${node.id}`,
    `${number(node.triples)} ${say("triples")}`];
}

function edgeTip(edge) {
  const names = [edge.head, edge.tail].map((place) => allNames(graph.nodes[place]).join(" · "));
  return [names[0], `${say(edge.relation)} (${say(edge.status)}, ${rounded(edge.confidence)})`, names[1]];
}

function clearPick() {
  if (!drawing.plot) return;
  for (const name of ["nodes", "edges"]) sourceOf(name).selected.indices = [];
}

// A click picks the entity where one lies there, else the relation.
function picked() {
  const [node] = sourceOf("nodes").selected.indices;
  const [edge] = sourceOf("edges").selected.indices;
  if (node !== undefined) openNode(graph.nodes[drawing.nodes[node]]);
  else if (edge !== undefined) openEdge(drawing.edges[edge]);
}
