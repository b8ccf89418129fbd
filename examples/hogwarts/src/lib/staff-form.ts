/** What the field of the reason takes, and what the page says after a form: for the page and the server alike. */
export const maxReasonLength = 200;

export const staffNotices = {
  ended: "That session is over.",
  "ended-before": "That session was over already.",
  disabled: "The account is disabled, and all of its sessions are over.",
  enabled: "The account is enabled again.",
  unchanged: "Nothing was changed: please say whom it is about, and why.",
};

export type StaffNotice = keyof typeof staffNotices;
