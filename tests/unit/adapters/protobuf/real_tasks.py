"""Bodies as real encoders wrote them from email.proto, and the parts to make others of."""

# protobufjs 7.6.6 (6.x alike) with `retryCount: 0`: it writes the zero, `28 00`.
PROTOBUFJS_7 = bytes.fromhex(
    "0a186164612e6c6f76656c616365406578616d706c652e6f72671220417474656e6465655f526567697374726174696f6e5f537563636573"
    "7366756c1a1e596f7520617265207265676973746572656420666f722054616b656f666622034164612800320b0880f09dc70610c0a9d33a"
)
# protobufjs 8.8.1 with the same object: it leaves the zero out.
PROTOBUFJS_8 = PROTOBUFJS_7.replace(bytes.fromhex("2800320b"), bytes.fromhex("320b"))
# protobufjs 7.6.6, every field, among them an empty param and an empty attachment.
EVERY_FIELD = PROTOBUFJS_7 + bytes.fromhex(
    "3a0d7265672d343731313a6d61696c420c0a0473656174120431322041421d0a046e6f746512156c696e65206f6e650a6c696e652074776f"
    "0974616242090a05656d70747912004a0564652d415452460a08544b542d34373131120c54616b656f666620323032361a0c4d6573736568"
    "616c6c65203322060880f7c4d5062a0808b0e1c6d5061001320c416461204c6f76656c6163655a290a0a7469636b65742e706466120f6170"
    "706c69636174696f6e2f7064661a0a255044462d312e3700ff5a150a05612e747874120a746578742f706c61696e1a00620608e4f09dc706"
    "6a060880f7c4d506"
)
# Google's encoder (protobuf 7.36): an address and texts beyond ASCII, a retry counter of 2, the largest nanos.
INTERNATIONAL = bytes.fromhex(
    "0a156ac3b672674062c3bc636865722e6578616d706c651220417474656e6465655f526567697374726174696f6e5f537563636573736675"
    "6c1a214475206269737420646162656920f09f8e8920e2809420d985d8b1d8add8a8d8a722054ac3b672672802320c0880f09dc70610ff93"
    "ebdc0342090a0473656174120137"
)
# Google's encoder, followed by two fields of a newer schema. The last two letters of the address happen to be a
# well-formed unknown field, so that one flipped bit in its length makes it `ann@shop.se`.
NEWER_PRODUCER = bytes.fromhex(
    "0a0d616e6e4073686f702e73657879120852656d696e6465721a08546f6d6f72726f773a057265672d316a060880f7c4d506"
    "f20103616263f80105"
)
REAL_TASKS = {
    "protobufjs 7": PROTOBUFJS_7,
    "protobufjs 8": PROTOBUFJS_8,
    "every field": EVERY_FIELD,
    "international": INTERNATIONAL,
    "newer producer": NEWER_PRODUCER,
}


def varint(value: int) -> bytes:
    """Encode an integer in base 128, shortest form."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, payload: bytes | str | int) -> bytes:
    """Encode one field: integers as varints, everything else behind its length."""
    if isinstance(payload, int):
        return varint(number << 3) + varint(payload)
    data = payload.encode() if isinstance(payload, str) else payload
    return varint(number << 3 | 2) + varint(len(data)) + data


MINIMAL = field(1, "ada@example.org") + field(2, "Reminder") + field(3, "Tomorrow")
