import { Page } from "../lib/page.jsx";
import { nobody } from "../lib/queries.js";

export default function Route() {
  return <Page find={nobody} />;
}
