"""Run as a program of its own, with little memory and time: makes one uploaded file safe, or says why it cannot be.

    python -I file_press.py < upload > pressed

Exit 0: standard output is `<media type> <pages>\\n` and the new file's bytes. Exit 2: it is one word of `core/files.py:SAID`.
A photograph is decoded, turned upright, shrunk and written anew, so that nothing but its pixels is left: no place, no
camera, no second file behind the picture. A PDF is refused if it can do anything but be read, and written anew too.

Imports nothing of ours: whatever a hostile file does to a decoder happens here, where no key and no database is.
"""

import io
import resource
import sys

MEMORY = 768 * 1024 * 1024
SECONDS = 8
# A telephone's largest photographs have 108 million pixels; a JPEG is decoded at a fraction of its size, a PNG whole.
MAX_PIXELS = {"jpeg": 110_000_000, "png": 50_000_000, "heif": 50_000_000}
LONG_SIDE = 2600
PREVIEW_SIDE, PREVIEW_BYTES = 480, 60_000
MAX_PAGES = 60
MAX_OBJECTS = 20_000
MAX_DEEP = 40
# What a PDF's streams may unpack to: one scanned page of them, and all together.
MAX_STREAM, MAX_UNPACKED = 200_000_000, 600_000_000
PACKED = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"heim", b"heis")
# What makes a PDF do something, or carry something, besides being read.
ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/AA", "/AF"}
ACTIVE_TYPES = {
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/RichMedia"),
    *("/EmbeddedFile", "/FileAttachment", "/Movie", "/Sound", "/Screen", "/3D"),
}


class Unfit(Exception):
    """`args[0]` is the word for it."""


def kind_of(head: bytes) -> str:
    """What the first bytes say: jpeg, png, heif, pdf; Unfit for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head[4:8] == b"ftyp" and head[8:12] in HEIC:
        return "heif"
    raise Unfit("kind")


def press_image(data: bytes, kind: str, turn: str) -> tuple[bytes, bytes]:
    """The picture and its preview."""
    from PIL import Image, ImageOps

    if kind == "heif":
        refuse_cut_off(data)
        open_heif()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS[kind]
    try:
        with Image.open(io.BytesIO(data), formats=[kind.upper()]) as image:
            if image.width * image.height > MAX_PIXELS[kind]:
                raise Unfit("pixels")
            image.draft("RGB", (LONG_SIDE, LONG_SIDE))
            image.load()
            image.thumbnail((LONG_SIDE, LONG_SIDE))
            upright = ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Unfit("pixels") from error
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError) as error:
        raise Unfit("broken") from error
    if turn:
        upright = upright.transpose(Image.Transpose.ROTATE_90 if turn == "left" else Image.Transpose.ROTATE_270)
    return written(upright, kind, 92 if turn else 85), preview(upright)


def refuse_cut_off(data: bytes) -> None:
    """The boxes a HEIC file is made of must all be there: the decoder shows what is missing as grey."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0:  # to the end
            return
        if size < 8 or at + size > len(data):
            raise Unfit("broken")
        at += size


def open_heif() -> None:
    """Only the picture itself: no thumbnail, depth map or sequence beside it. One thread, so that the limits hold."""
    try:
        import pillow_heif
    except ImportError as error:
        raise Unfit("heic") from error
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def written(image: object, kind: str, quality: int) -> bytes:
    """A fresh picture of the pixels alone: what came beside them stays in the old one."""
    from PIL import Image

    assert isinstance(image, Image.Image)
    clear = kind == "png" and ("A" in image.getbands() or "transparency" in image.info)
    plain = image.convert("RGBA" if clear else "RGB")
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, "PNG") if kind == "png" else plain.save(out, "JPEG", quality=quality)
    return out.getvalue()


def preview(image: object) -> bytes:
    """A small JPEG on white; nothing where even that will not be small."""
    from PIL import Image

    assert isinstance(image, Image.Image)
    small = image.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    clear = small.convert("RGBA")
    plain = Image.new("RGB", small.size, "white")
    plain.paste(clear, mask=clear.getchannel("A"))
    for quality in (70, 45, 20):
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=quality)
        if out.tell() <= PREVIEW_BYTES:
            return out.getvalue()
    return b""


def press_pdf(data: bytes) -> tuple[bytes, int]:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True) as pdf:
            pages = len(pdf.pages)
            if not 1 <= pages <= MAX_PAGES or len(pdf.objects) > MAX_OBJECTS:
                raise Unfit("pages")
            if any(is_active(thing, MAX_DEEP) for thing in pdf.objects) or is_active(pdf.trailer, 2):
                raise Unfit("active")
            refuse_unpacked([thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream)])
            if "/Metadata" in pdf.Root:
                del pdf.Root.Metadata
            if "/Info" in pdf.trailer:
                del pdf.trailer.Info
            out = io.BytesIO()
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            return out.getvalue(), pages
    except pikepdf.PasswordError as error:
        raise Unfit("locked") from error
    except (pikepdf.PdfError, MemoryError, ValueError, RuntimeError) as error:
        raise Unfit("broken") from error


def refuse_unpacked(streams: list) -> None:
    """Who opens it later must not be drowned: counted piece by piece, never held. What is packed twice over is refused."""
    left = MAX_UNPACKED
    for stream in streams:
        filters = [str(one) for one in as_list(stream.get("/Filter"))]
        if sum(one in PACKED for one in filters) > 1 or pixels_of(stream) > MAX_PIXELS["jpeg"]:
            raise Unfit("bomb")
        if filters[:1] in (["/FlateDecode"], ["/Fl"]):
            left -= unpacked(bytes(stream.read_raw_bytes()), min(left, MAX_STREAM))


def as_list(thing: object) -> list:
    import pikepdf

    if thing is None:
        return []
    return list(thing) if isinstance(thing, pikepdf.Array) else [thing]


def pixels_of(stream: object) -> int:
    """Of an image as it says itself; 0 for anything else."""
    try:
        return int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return 0


def unpacked(raw: bytes, most: int) -> int:
    """How many bytes come out; Unfit once there are more than `most`."""
    import zlib

    size, packed, rest = 0, zlib.decompressobj(), raw
    try:
        while rest and not packed.eof:
            size += len(packed.decompress(rest, 1_000_000))
            rest = packed.unconsumed_tail
            if size > most:
                raise Unfit("bomb")
    except zlib.error:
        return size  # readers show what they can of a damaged stream
    return size


def is_active(thing: object, deep: int) -> bool:
    """Whether this object, or one written inside it, does or carries something. Referred objects are looked at by themselves."""
    import pikepdf

    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Array)):
        return False
    if deep == 0:
        raise Unfit("broken")
    if isinstance(thing, pikepdf.Array):
        return any(is_active(part, deep - 1) for part in thing if not is_referred(part))  # type: ignore[attr-defined]
    if any(key in ACTIVE_KEYS for key in thing):
        return True
    if any(str(thing.get(key, "")) in ACTIVE_TYPES for key in ("/S", "/Type", "/Subtype")):
        return True
    return any(is_active(part, deep - 1) for _, part in thing.items() if not is_referred(part))


def is_referred(part: object) -> bool:
    import pikepdf

    return isinstance(part, pikepdf.Object) and part.is_indirect


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data, turn = sys.stdin.buffer.read(), "".join(sys.argv[1:])
    small, pages = b"", 1
    try:
        kind = kind_of(data[:16])
        if kind == "pdf":
            pressed, pages = press_pdf(data)
        else:
            pressed, small = press_image(data, kind, turn)
    except Unfit as unfit:
        sys.stdout.write(unfit.args[0])
        return 2
    media = {"pdf": "application/pdf", "png": "image/png"}.get(kind, "image/jpeg")
    sys.stdout.buffer.write(f"{media} {pages} {len(small)}\n".encode() + small + pressed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
