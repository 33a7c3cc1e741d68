/** An answer with an error's status. */
export class Refusal extends Error {
  constructor(status, code, message, hint = "", headers = {}) {
    super(message);
    Object.assign(this, { status, code, hint, headers });
  }
}
