"use strict";
// The state: what the server knows, the chosen category, language and view, and the task as it is edited.
// What a mail says reaches this page as text, or inside frames that run nothing and load nothing.

const VIEWS = {
  all: (mail) => [...VIEWS.phone(mail), ...VIEWS.desktop(mail), ...VIEWS.dark(mail)],
  phone: (mail) => [frame(mail.light, 360, false), frame(mail.dark, 360, true)],
  desktop: (mail) => [frame(mail.light, 700, false)],
  dark: (mail) => [frame(mail.dark, 700, true)],
  plain: (mail) => [text(mail.text)],
  raw: (mail) => [text(mail.raw)],
};
const POLL_MS = 1000;
const TYPING_MS = 250;
const GMAIL_CLIPS_AT = 102000; // as `templates check` has it

const $ = (id) => document.getElementById(id);
const state = { bundles: { categories: [], problems: [] }, category: "", language: "", view: "all", version: "", mail: null };
let asked = 0;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function frame(html, width, dark) {
  const shown = element("iframe", { srcdoc: html, width, title: `The mail at ${width} pixels` });
  shown.setAttribute("sandbox", "");
  shown.style.colorScheme = dark ? "dark" : "light";
  return element("figure", {}, element("figcaption", { textContent: `${width} px, ${dark ? "dark" : "light"}` }), shown);
}

function text(content) {
  return element("pre", { textContent: content });
}

async function ask(path, task) {
  const request = task === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: task };
  const response = await fetch(path, request);
  return response.json();
}

function complain(problems) {
  const lines = [...problems, ...state.bundles.problems];
  $("problems").hidden = lines.length === 0;
  $("problems").textContent = lines.join("\n");
}

function showCategories() {
  const rows = state.bundles.categories.map(({ name, description, samples }) => {
    const languages = Object.keys(samples).map((language) => {
      const button = element("button", { type: "button", textContent: language, onclick: () => choose(name, language) });
      button.setAttribute("aria-current", name === state.category && language === state.language);
      return button;
    });
    return element("li", {}, element("p", { textContent: name }), element("small", { textContent: description }), element("br"), ...languages);
  });
  $("categories").replaceChildren(...rows);
}

function showViews() {
  const tabs = Object.keys(VIEWS).map((view) => {
    const tab = element("button", { type: "button", textContent: view, onclick: () => { state.view = view; showViews(); showMail(); } });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-selected", view === state.view);
    return tab;
  });
  $("views").replaceChildren(...tabs);
}

function showMail() {
  if (!state.mail) return;
  const { subject, size_bytes: size, html_bytes: html } = state.mail;
  $("subject").textContent = subject;
  const clipped = html > GMAIL_CLIPS_AT ? "; Gmail clips it" : "";
  $("facts").textContent = `${(size / 1024).toFixed(1)} kB in all, ${(html / 1024).toFixed(1)} kB of HTML${clipped}`;
  $("mail").replaceChildren(...VIEWS[state.view](state.mail));
}

async function render() {
  const mine = ++asked;
  const { result, problems = [] } = await ask("show", $("task").value);
  if (mine !== asked) return; // an answer that a later edit has overtaken
  complain(problems);
  if (result) {
    state.mail = result;
    showMail();
  }
}

function choose(category, language) {
  Object.assign(state, { category, language });
  const found = state.bundles.categories.find(({ name }) => name === category);
  $("task").value = JSON.stringify(found.samples[language], null, 2);
  $("sent").textContent = "";
  showCategories();
  return render();
}

async function load() {
  state.bundles = await ask("bundles");
  $("send").disabled = !state.bundles.can_send;
  $("send").title = state.bundles.can_send ? "" : "Set SMTP_RELAY to send test mails";
  complain([]);
  const known = state.bundles.categories.find(({ name, samples }) => name === state.category && state.language in samples);
  if (known) {
    showCategories();
    return render();
  }
  const [first] = state.bundles.categories;
  if (first) return choose(first.name, Object.keys(first.samples)[0]);
}

async function watch() {
  try {
    const { version } = await ask("version");
    if (version !== state.version) {
      state.version = version;
      await load();
    }
  } catch {
    complain(["the preview does not answer: is the command still running?"]);
    state.version = "";
  }
  setTimeout(watch, POLL_MS);
}

let typing;
$("task").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(render, TYPING_MS);
});
$("reset").addEventListener("click", () => choose(state.category, state.language));
$("send").addEventListener("click", async () => {
  $("send").disabled = true;
  $("sent").textContent = "sending …";
  const { result, problems = [] } = await ask("send", $("task").value);
  $("sent").textContent = result ?? problems.join("\n");
  $("send").disabled = false;
});
showViews();
watch();
