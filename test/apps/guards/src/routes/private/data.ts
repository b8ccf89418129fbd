export const GET = () => Response.json("a secret");
export const POST = GET;
