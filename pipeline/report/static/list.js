// The list of articles.
const PAGE_OF_ARTICLES = 25;
const search = { words: "", triples: false, repairs: false, relation: "", page: 0 };
const blocks = new Map();
let searched = null;

// What is known of an article; read when it is first wanted.
function blockOf(place) {
  if (!blocks.has(place)) blocks.set(place, read(`article-${place}`));
  return blocks.get(place);
}

// All that a search looks at, a string an article.
function searchable() {
  searched ||= articles.map((article, place) => {
    const block = blockOf(place);
    blocks.delete(place);
    const names = article.entities.flatMap((at) => [entities[at].id, ...allNames(entities[at])]);
    return [article.id, article.title, article.source, ...names, block.text, block.clean || ""]
      .join("\n").toLowerCase();
  });
  return searched;
}

function found() {
  const words = search.words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const texts = words.length ? searchable() : [];
  return articles.flatMap((article, place) => {
    const fits = (!search.triples || article.triples) && (!search.repairs || article.repairs)
      && (!search.relation || article.relations.includes(search.relation))
      && words.every((word) => texts[place].includes(word));
    return fits ? [place] : [];
  });
}

const titleOf = (article) => article.title || article.id;

function listArticles() {
  const places = found();
  const pages = Math.ceil(places.length / PAGE_OF_ARTICLES);
  search.page = Math.max(0, Math.min(search.page, pages - 1));
  const from = search.page * PAGE_OF_ARTICLES;
  const rows = places.slice(from, from + PAGE_OF_ARTICLES).map((place) => {
    const article = articles[place];
    return [make("a", { href: `#/article/${place}` }, titleOf(article)), article.published,
      say(article.script), article.characters, article.mentions, article.triples, article.repairs];
  });
  byId("articles-count").textContent = say("articles_found",
    { count: number(places.length), all: number(articles.length) });
  const left = run.articles - articles.length;
  byId("articles-note").textContent = left ? say("articles_left", { left: number(left) }) : "";
  byId("articles-list").replaceChildren(
    table([say("title"), say("published"), say("script"), say("characters", { count: "" }).trim(),
      say("mentions"), say("triples"), say("repairs")], rows),
    pager(search.page, pages, (page) => { search.page = page; listArticles(); }) || "");
}

function makeSearch() {
  const again = () => { search.page = 0; listArticles(); };
  let typed = 0;
  const tick = (key, label) => make("label", {}, make("input", { type: "checkbox",
    checked: search[key], on: { change: (event) => { search[key] = event.target.checked; again(); } },
  }), label);
  byId("search").replaceChildren(
    make("label", { class: "wide" }, say("search_article"), make("input", { type: "search",
      name: "words", value: search.words, on: { input: (event) => {
        search.words = event.target.value;
        clearTimeout(typed);
        typed = setTimeout(again, 150);
      } } })),
    make("label", {}, say("relation"), make("select", {
      on: { change: (event) => { search.relation = event.target.value; again(); } } },
    ["", ...settings.relations].map((relation) => make("option", { value: relation,
      selected: relation === search.relation }, relation ? say(relation) : say("any_relation"))))),
    tick("triples", say("with_triples")), tick("repairs", say("with_repairs")));
}

for (const id of ["search", "filters"]) {
  byId(id).addEventListener("submit", (event) => event.preventDefault());
}

views.articles = listArticles;
languageListeners.push(makeSearch);
