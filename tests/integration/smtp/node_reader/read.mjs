// Reads one mail on stdin and prints what a mail program would show of it, as JSON.
import PostalMime from "postal-mime";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const mail = await PostalMime.parse(Buffer.concat(chunks), { attachmentEncoding: "base64" });
process.stdout.write(JSON.stringify(mail));
