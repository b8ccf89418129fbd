import { Page } from "../lib/page.jsx";
import { plain } from "../lib/queries.js";

export default function Route() {
  return <Page find={plain} />;
}
