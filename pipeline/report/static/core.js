// What all views share. Data never becomes markup: elements are made one by one, texts are text.
"use strict";

const read = (name) => JSON.parse(document.getElementById(name).textContent);
const settings = read("data-settings");
const texts = read("data-texts");
const run = read("data-overview");
const graph = read("data-graph");
const entities = read("data-entities").map(([id, type, name, zh_hans, zh_hant, en]) => (
  { id, type, name, zh_hans, zh_hant, en }));
const articles = read("data-list");

const byId = (id) => document.getElementById(id);
const browser = navigator.language || "en";
const shown = {
  language: settings.language || (browser.startsWith("zh") ? "zh" : "en"),
  names: "en",
};
if (shown.language === "zh") {
  shown.names = /Hant|TW|HK|MO/.test(browser) ? "zh_hant" : "zh_hans";
}

function say(key, values = {}) {
  const pattern = texts[shown.language][key] ?? key;
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

function nameOf(entity) {
  const order = shown.names === "en" ? ["en", "zh_hans"]
    : shown.names === "zh_hant" ? ["zh_hant", "zh_hans"] : ["zh_hans", "zh_hant"];
  return order.map((key) => entity[key]).find(Boolean) || entity.name;
}

function allNames(entity) {
  return [...new Set([entity.name, entity.zh_hans, entity.zh_hant, entity.en])].filter(Boolean);
}

const number = (value) => value.toLocaleString(shown.language === "zh" ? "zh-CN" : "en");
const rounded = (value) => value.toFixed(2);

function money([value, most, currency]) {
  if (value === null) return "";
  const style = new Intl.NumberFormat(shown.language === "zh" ? "zh-CN" : "en",
    { notation: "compact", maximumFractionDigits: 2 });
  const figures = [value, most].filter((one) => one !== null).map((one) => style.format(one));
  return [figures.join(" – "), currency].filter(Boolean).join(" ");
}

// A new element; attributes are names and plain values, children are elements or texts.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    } else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

const button = (label, click, attributes = {}) => (
  make("button", { type: "button", ...attributes, on: { click } }, label));

// Rows are lists of cells: texts, elements, or numbers, which stand to the right, as do elements of
// the class "figure".
function table(titles, rows, caption = "") {
  const isFigure = (value) => typeof value === "number"
    || (value instanceof Element && value.classList.contains("figure"));
  const cell = (value) => make("td", { class: isFigure(value) && "figure" },
    typeof value === "number" ? number(value) : value);
  return make("div", { class: "table" }, make("table", {},
    caption ? make("caption", {}, caption) : null,
    make("thead", {}, make("tr", {}, titles.map((title, place) => (
      make("th", { scope: "col", class: rows.length > 0 && isFigure(rows[0][place]) && "figure" },
        title))))),
    make("tbody", {}, rows.map((row) => make("tr", {}, row.map(cell))))));
}

function pager(page, pages, go) {
  if (pages < 2) return null;
  return make("div", { class: "pager" },
    button(say("previous"), () => go(page - 1), { disabled: page === 0 }),
    make("span", {}, say("page", { page: number(page + 1), pages: number(pages) })),
    button(say("next"), () => go(page + 1), { disabled: page === pages - 1 }));
}

const typeMark = (type) => make("span", { class: `dot ${type}`, title: say(type) });

// --- The tooltip -------------------------------------------------------------------------------

function showTip(lines, x, y) {
  const tip = byId("tip");
  tip.replaceChildren(...lines.filter(Boolean).map((line) => make("div", {}, line)));
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x + 12, window.innerWidth - width - 4))}px`;
  tip.style.top = `${y + 18 + height > window.innerHeight ? Math.max(4, y - height - 8) : y + 18}px`;
}

const hideTip = () => { byId("tip").hidden = true; };

// --- Views: the part of the address behind # ---------------------------------------------------

const views = {};
let current = "";

function route() {
  const [name, ...rest] = location.hash.replace(/^#\//, "").split("/");
  const view = Object.hasOwn(views, name) ? name : "overview";
  hideTip();
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = section.id !== view;
  }
  for (const link of document.querySelectorAll("nav a")) {
    const own = link.getAttribute("href").slice(2);
    const here = own === view || (view === "article" && own === "articles");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view !== current) window.scrollTo(0, 0);
  current = view;
  views[view](...rest);
}

function translate() {
  document.documentElement.lang = shown.language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = say(element.dataset.text);
  }
  byId("names").value = shown.names;
  byId("language").lang = shown.language === "zh" ? "en" : "zh";
}

// What is to be made anew when the language, or the script of names, changes.
const languageListeners = [];

function changeLanguage() {
  translate();
  for (const listener of languageListeners) listener();
  route();
}

document.addEventListener("DOMContentLoaded", () => {
  byId("run-name").textContent = run.run;
  byId("language").addEventListener("click", () => {
    shown.language = shown.language === "zh" ? "en" : "zh";
    if (shown.language === "en") shown.names = "en";
    else if (shown.names === "en") shown.names = "zh_hans";
    changeLanguage();
  });
  byId("names").addEventListener("change", (event) => {
    shown.names = event.target.value;
    changeLanguage();
  });
  window.addEventListener("hashchange", route);
  changeLanguage();
});
