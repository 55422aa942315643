// The worker that one writes in Node.js: prefetch, decode, fill in, send through a pool, acknowledge.
import { readFileSync } from "node:fs";
import amqp from "amqplib";
import nodemailer from "nodemailer";
import protobuf from "protobufjs";

const { AMQP_ADDR, PROTO_FILE, MAIL_DIR, SMTP_HOST, SMTP_PORT, SMTP_CA_FILE, CONNECTIONS } = process.env;
const html = readFileSync(`${MAIL_DIR}/body.html.j2`, "utf8");
const text = readFileSync(`${MAIL_DIR}/body.txt.j2`, "utf8");
const fill = (template, firstName) => template.replace("{{ first_name }}", firstName);

const EmailTask = (await protobuf.load(PROTO_FILE)).lookupType("email_system.EmailTask");
const transport = nodemailer.createTransport({
  pool: true,
  maxConnections: Number(CONNECTIONS),
  maxMessages: Infinity,
  host: SMTP_HOST,
  port: Number(SMTP_PORT),
  ...(SMTP_CA_FILE ? { secure: true, tls: { ca: readFileSync(SMTP_CA_FILE) } } : { ignoreTLS: true }),
});

const connection = await amqp.connect(AMQP_ADDR);
const channel = await connection.createChannel();
await channel.assertQueue("email_queue", { durable: true });
await channel.prefetch(Number(CONNECTIONS));
await channel.consume("email_queue", async (message) => {
  const task = EmailTask.decode(message.content);
  try {
    await transport.sendMail({
      from: "Takeoff <tickets@takeoff.example>",
      to: task.to,
      subject: task.subject,
      text: fill(text, task.firstName),
      html: fill(html, task.firstName),
    });
    channel.ack(message);
  } catch (error) {
    console.error(error.message);
    channel.nack(message);
  }
});
process.on("SIGTERM", () => process.exit(0));
