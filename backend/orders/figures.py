"""What is filed often and what is filed together, for the shelves. Counted over a year, in people; fewer than ten are nobody."""

from datetime import timedelta

from backend.core.db import Tx

YEAR, FEWEST = timedelta(days=365), 10


async def count_filings(tx: Tx) -> None:
    """Writes both tables anew. As the worker: it sees all cases, and what it leaves behind names no one."""
    await tx.db.execute("DELETE FROM item_figures")
    await tx.db.execute("DELETE FROM filed_together")
    await tx.db.execute(
        """INSERT INTO item_figures (code, people, counted_on)
           SELECT item_code, count(DISTINCT principal_id), $1 FROM cases WHERE received_at >= $2
            GROUP BY item_code HAVING count(DISTINCT principal_id) >= $3""",
        tx.today,
        tx.now - YEAR,
        FEWEST,
    )
    await tx.db.execute(
        """INSERT INTO filed_together (code, other, people, counted_on)
           SELECT a.item_code, b.item_code, count(DISTINCT a.principal_id), $1
             FROM cases a JOIN cases b ON b.order_id = a.order_id AND b.item_code <> a.item_code WHERE a.received_at >= $2
            GROUP BY a.item_code, b.item_code HAVING count(DISTINCT a.principal_id) >= $3""",
        tx.today,
        tx.now - YEAR,
        FEWEST,
    )
