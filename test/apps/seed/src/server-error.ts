export { hideServerErrors as default } from "coatcheck/solid-start";
