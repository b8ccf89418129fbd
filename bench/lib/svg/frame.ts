/** Colours by role, for readers in the light and in the dark. */
const STYLE = `
    text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
    .title { font-size: 16px; font-weight: 600 }
    .group { font-weight: 600 }
    .soft { fill: #59636e; font-size: 12px }
    .end { text-anchor: end }
    .middle { text-anchor: middle }
    .paper { fill: #ffffff }
    .rule { stroke: #d1d9e0 }
    .own { fill: #0969da }
    .peer { fill: #afb8c1 }
    .line { fill: none; stroke: currentColor; stroke-width: 2.5 }
    .point { fill: currentColor }
    .series-0 { color: #0969da }
    .series-1 { color: #1a7f37 }
    .series-2 { color: #9a6700 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .soft { fill: #9198a1 }
      .paper { fill: #0d1117 }
      .rule { stroke: #3d444d }
      .own { fill: #4493f8 }
      .peer { fill: #656c76 }
      .series-0 { color: #4493f8 }
      .series-1 { color: #3fb950 }
      .series-2 { color: #d29922 }
    }`;

/** The size of a drawing, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A whole drawing, as a file. @param parts - Elements, one a line. */
export function frame(title: string, { width, height }: Size, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
  <title id="title">${escape(title)}</title>
  <style>${STYLE}
  </style>
  <rect class="paper" width="${width}" height="${height}"/>
  ${text(title, 16, 28, "title")}
  ${parts.join("\n  ")}
</svg>
`;
}

/** A line of text. @param classes - Of the style above. */
export function text(content: string, x: number, y: number, classes = ""): string {
  const attribute = classes === "" ? "" : ` class="${classes}"`;
  return `<text x="${round(x)}" y="${round(y)}"${attribute}>${escape(content)}</text>`;
}

/** A straight line of the grid. */
export function rule(from: readonly [number, number], to: readonly [number, number]): string {
  return `<line class="rule" x1="${round(from[0])}" y1="${round(from[1])}" x2="${round(to[0])}" y2="${round(to[1])}"/>`;
}

/** A tenth of a pixel is enough. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
