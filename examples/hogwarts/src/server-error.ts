/** What a server function throws reaches the browser without its message. */
export { hideServerErrors as default } from "coatcheck/solid-start";
