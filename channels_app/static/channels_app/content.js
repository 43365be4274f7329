// What a message says, as nodes for a bubble.

import { fill } from "./words.js";

/** Return text and links only; a file opens in a tab of its own. */
export function describeContent(content, words) {
  switch (content.type) {
    case "composite":
      return content.parts.flatMap((part, place) => [
        ...(place ? ["\n"] : []),
        ...describeContent(part, words),
      ]);
    case "media":
    case "audio":
    case "video":
      return describeFile(content, words);
    case "location": {
      const where = content.label ?? content.address ?? `${content.latitude}, ${content.longitude}`;
      return [fill(words.place, { name: where })];
    }
    case "rich":
      return [content.plain_text ?? content.body];
    default:
      return [content.body ?? content.fallback?.body ?? ""];
  }
}

function describeFile(content, words) {
  const name = content.filename ?? content.mime_type;
  const caption = content.caption ?? content.transcript;
  const label = fill(words.file, { name });
  // A browser opens no data: address in a tab.
  const shown = content.url.startsWith("http") ? link(content.url, label) : label;
  return caption ? [shown, `\n${caption}`] : [shown];
}

function link(address, label) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = label;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}
