"""The commands. Thin: they read options and settings and call a verb.

Whatever is wrong with what was typed is one clear line on standard error and exit status 2.
"""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from kassa.cli.place import Refused
from kassa.embedded import DataDirFault

app = typer.Typer(
    name="kassa", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="A shop whose orders, money and stock always agree, and can prove it.",
)  # fmt: skip
keys = typer.Typer(no_args_is_help=True, help="API keys.")
staff = typer.Typer(no_args_is_help=True, help="The people behind the counter.")
catalog = typer.Typer(no_args_is_help=True, help="The catalogue as a Shopify product CSV.")
app.add_typer(keys, name="keys")
app.add_typer(staff, name="staff")
app.add_typer(catalog, name="catalog")
rates = typer.Typer(no_args_is_help=True, help="Rates of exchange.")
app.add_typer(rates, name="rates")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Where the embedded database and the sandbox live.", show_default=False),
]
Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="Web processes.")]


@app.command()
def up(
    data_dir: DataDir = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    sandbox_port: Annotated[
        int, typer.Option("--sandbox-port", min=1, max=65535, help="Port of the Stripe sandbox.")
    ] = 12111,
    workers: Workers = 1,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Begin with an empty catalogue.")] = False,
) -> None:
    """Start the whole shop: PostgreSQL, migrations, demo catalogue, Stripe sandbox, worker, web."""
    from kassa.cli.up import Plan, run

    run(Plan(data_dir, host, port, sandbox_port, workers, demo=not no_demo))


@app.command()
def serve(
    data_dir: DataDir = None, host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 1
) -> None:
    """Serve the shop: storefront, console and API."""
    from kassa.cli.parts import serve_web

    serve_web(data_dir, host, port, workers)


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Do what happens later: jobs, Stripe's events, expiry."""
    from kassa.cli.parts import work

    work(data_dir)


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version."""
    from kassa.cli.parts import migrate_database

    for name in migrate_database(data_dir) or ["nothing to do"]:
        typer.echo(name)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 12111,
    data_dir: DataDir = None,
) -> None:
    """Run the Stripe sandbox on its own."""
    from kassa.cli.parts import run_sandbox

    run_sandbox(port, data_dir)


@app.command()
def prove(
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Prove, read-only, that orders, money and stock agree; exit status 1 if anything is broken."""
    from kassa.cli.prove import run

    raise typer.Exit(run(data_dir, as_json=as_json))


@app.command()
def reconcile(
    data_dir: DataDir = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="How far back: 24h, 90m, 2d, or a time. Default: since the last complete run.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Compare the provider's books with ours, repair what is safe, open a case for the rest."""
    from kassa.cli.reconcile import run

    typer.echo(run(data_dir, since), nl=False)


@app.command()
def chaos(
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which run.")] = 1,
    orders: Annotated[int, typer.Option("--orders", min=1, max=10_000, help="How many buyers come.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Play a seeded run of buyers, operators and faults in a throw-away shop; exit status 1 if anything breaks."""
    from kassa.cli.chaos import run

    raise typer.Exit(run(seed, orders, as_json=as_json))


@app.command()
def demo(
    orders: Annotated[int, typer.Option("--orders", min=1, max=5_000, help="How many orders.")] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which story.")] = 1,
    data_dir: DataDir = None,
) -> None:
    """Give the shop a past: paid, part-shipped, refunded, disputed, failed and expired orders."""
    from kassa.cli.demo import run

    typer.echo(run(data_dir, orders, seed))


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from kassa.cli.parts import openapi_json

    typer.echo(openapi_json())


@keys.command("create")
def keys_create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[str, typer.Option("--scope", help="storefront or admin.")],
    data_dir: DataDir = None,
) -> None:
    """Print a new API key; it is shown only now."""
    from kassa.cli.parts import create_key

    typer.echo(create_key(data_dir, name, scope))


@staff.command("create")
def staff_create(
    email: Annotated[str, typer.Argument(help="The person's e-mail address.")],
    role: Annotated[str, typer.Option("--role", help="owner or operator.")],
    data_dir: DataDir = None,
) -> None:
    """Make a staff account and print the link by which its owner sets a password, once."""
    from kassa.cli.parts import create_staff

    typer.echo(create_staff(data_dir, email, role))


@catalog.command("import")
def catalog_import(
    file: Annotated[Path, typer.Argument(help="A Shopify product CSV.")], data_dir: DataDir = None
) -> None:
    """Put every product of a file in, or none."""
    from kassa.cli.parts import import_catalog

    report = import_catalog(data_dir, file)
    typer.echo(f"{report.products} products, {report.variants} variants")


@catalog.command("export")
def catalog_export(data_dir: DataDir = None) -> None:
    """Print the whole catalogue as a Shopify product CSV."""
    from kassa.cli.parts import export_catalog

    typer.echo(export_catalog(data_dir), nl=False)


@rates.command("import")
def rates_import(
    file: Annotated[Path, typer.Argument(help="The European Central Bank's eurofxref, as XML or CSV.")],
    data_dir: DataDir = None,
) -> None:
    """Note the rates of a file; prices that follow from others by rates are written anew."""
    from kassa.cli.rates import run

    typer.echo(run(data_dir, file))


def main() -> None:
    """Run the command that was typed; being told to stop is answered in the same way as Ctrl-C."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        code = typer.main.get_command(app).main(prog_name="kassa", standalone_mode=False)
    except TyperException as error:
        say = getattr(error, "format_message", error.__str__)
        if type(error).__name__ == "NoArgsIsHelpError":  # the class itself is Typer's own
            sys.stderr.write(f"{say()}\n")
            raise SystemExit(2) from None
        _fail(" ".join(say().split()), getattr(error, "exit_code", 2))
    except (Refused, DataDirFault) as error:
        _fail(str(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(1) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    if message:
        sys.stderr.write(f"kassa: {message}\n")
    raise SystemExit(code)
