"""Who waits for a question that takes long, and is interrupted, waits no longer."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import exc

from storage.aside import Aside
from storage.database import Database
from storage.engines.breaking import Breaks

pytestmark = pytest.mark.both_engines
ENDLESS = {
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 20000000000) SELECT count(*) FROM c",
    "postgresql": "SELECT pg_sleep(600)",
}


@pytest.fixture
def database(archive: Any) -> Database:
    found: Database = archive._database
    return found


def test_a_question_is_broken_off_where_its_asker_is_interrupted(database: Database, house: Any) -> None:
    errors: list[Exception] = []

    def ask(breaks: Breaks) -> None:
        with database.reading() as tx:
            driver = tx.connection.driver_connection
            assert driver is not None
            cancel = driver.interrupt if house.url is None else driver.cancel
            with breaks.by(cancel):
                try:
                    tx.exec_driver_sql(ENDLESS[tx.dialect.name])
                except exc.OperationalError as error:
                    errors.append(error)
                    raise

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Aside(ask, "asked"):
        time.sleep(0.3)
        raise KeyboardInterrupt
    assert time.monotonic() - began < 30
    assert len(errors) == 1
    with database.reading() as tx:
        assert tx.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_what_is_not_interrupted_is_waited_for(database: Database) -> None:
    def ask(_: Breaks) -> int:
        with database.reading() as tx:
            return int(tx.exec_driver_sql("SELECT 7").scalar_one())

    with Aside(ask, "asked") as asked:
        assert asked.result() == 7
