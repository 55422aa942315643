// The registration API's way to the queue, step by step: assertQueue without arguments, sendToQueue without properties.
// Usage: node producer.mjs AMQP_URL PROTO_FILE TASK_JSON...
import amqp from "amqplib";
import protobuf from "protobufjs";

const [url, protoFile, ...tasks] = process.argv.slice(2);
const EmailTask = (await protobuf.load(protoFile)).lookupType("email_system.EmailTask");
const connection = await amqp.connect(url);

async function assertedChannel() {
  const channel = await connection.createChannel();
  channel.on("error", () => {}); // the rejected promise below says the same
  try {
    await channel.assertQueue("email_queue", { durable: true });
    return channel;
  } catch (error) {
    // A queue with other arguments: the broker closes the channel with 406, whoever the worker is.
    console.error(`assertQueue: ${error.code}`);
    return connection.createChannel();
  }
}

const channel = await assertedChannel();
for (const task of tasks) {
  const now = Date.now();
  const createdAt = { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1e6 };
  const message = EmailTask.create({ ...JSON.parse(task), retryCount: 0, createdAt });
  channel.sendToQueue("email_queue", Buffer.from(EmailTask.encode(message).finish()));
}
await channel.close();
await connection.close();
