"""The worker that one writes with aio-pika and aiosmtplib: a pool of connections, a task a message."""

import asyncio
import ssl

import aio_pika
import aiosmtplib
import mail
import uvloop
from email_pb2 import EmailTask


async def main() -> None:
    """Consume until killed."""
    context = ssl.create_default_context(cafile=mail.SMTP_CA_FILE) if mail.SMTP_CA_FILE else None
    pool: asyncio.Queue[aiosmtplib.SMTP] = asyncio.Queue()
    for _ in range(mail.CONNECTIONS):
        client = aiosmtplib.SMTP(
            hostname=mail.SMTP_HOST,
            port=mail.SMTP_PORT,
            use_tls=context is not None,
            start_tls=False,
            tls_context=context,
        )
        await client.connect()
        pool.put_nowait(client)

    async def handle(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        async with message.process():
            task = EmailTask.FromString(message.body)
            client = await pool.get()
            try:
                await client.send_message(mail.compose(task.to, task.subject, task.first_name))
            finally:
                pool.put_nowait(client)

    connection = await aio_pika.connect_robust(mail.AMQP_ADDR)
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=mail.CONNECTIONS)
    queue = await channel.declare_queue("email_queue", durable=True)
    await queue.consume(handle)
    await asyncio.Future()


uvloop.run(main())
