import { Page } from "../lib/page.jsx";
import { marked } from "../lib/queries.js";

export default function Route() {
  return <Page find={marked} />;
}
