"""The `autograder` command. Imports stand in the commands, so that `--help` answers at once."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.grading.importing import importing

if TYPE_CHECKING:
    from autograder.grading.lms.collect import Row
    from autograder.grading.results import Result

# It compiles a grammar when imported, for seconds, and only checks addresses in JSON that we never
# check; jsonschema, which nbgrader imports, does without it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

app = typer.Typer(
    help="Release, grade and report the assignments of a course.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Assignment = Annotated[str, typer.Argument(help="Name of the assignment, such as 03_faces_fc.")]
Students = Annotated[
    list[str] | None, typer.Option("--student", help="Only this student; may be repeated.")
]


def fail(message: str) -> typer.Exit:
    """Print what went wrong to stderr and return the exit to raise.

    Parameters
    ----------
    message : str

    Returns
    -------
    typer.Exit
        With exit status 1.
    """
    typer.echo(f"autograder: {message}", err=True)
    return typer.Exit(1)


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Show errors that are the user's to mend as one message, without a traceback."""
    from autograder.grading.course import CourseError
    from autograder.grading.thresholds import CalibrationError
    from autograder.release.generate import ReleaseError

    try:
        yield
    except (CourseError, ReleaseError, CalibrationError) as error:
        raise fail(str(error)) from error


def _course_root() -> Path:
    from autograder.grading.secret import course_root

    try:
        return course_root()
    except FileNotFoundError as error:
        raise fail(str(error)) from error


def _known(course_root: Path, assignment: str) -> str:
    """Return the assignment's name if the course has it."""
    with importing():
        from autograder.release.build import assignments

    known = assignments(course_root)
    if assignment not in known:
        listed = ", ".join(known) or "none, source/ holds no notebook"
        raise fail(f"there is no assignment {assignment!r}. Assignments are: {listed}")
    return assignment


@app.command()
def release(
    names: Annotated[list[str] | None, typer.Argument(help="Names of assignments.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All assignments of source/.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether release/ is current and leaks nothing")
    ] = False,
    no_rehearsal: Annotated[
        bool, typer.Option("--no-rehearsal", help="Do not grade the solution first.")
    ] = False,
    publish: Annotated[
        Path | None,
        typer.Option("--publish", help="Write what is released, for students, to this folder."),
    ] = None,
    bundle: Annotated[
        bool, typer.Option("--bundle", help="Write what is released as one zip in build/.")
    ] = False,
    solutions: Annotated[
        list[str] | None,
        typer.Option("--solutions", help="Publish this assignment's solution too; may be repeated"),
    ] = None,
) -> None:
    """Generate the students' version of assignments in release/, or publish what is there."""
    from autograder.release import build, rehearse

    root = _course_root()
    if publish is not None or bundle:
        if check or no_rehearsal:
            raise fail("--publish and --bundle take what is released; release or check it before")
        _publish(root, publish, bundle, [_known(root, name) for name in names or []], solutions)
        return
    if solutions:
        raise fail("--solutions goes with --publish or --bundle")
    if not names and not every:
        raise fail("name at least one assignment, or say --all")
    chosen = build.assignments(root) if every else [_known(root, name) for name in names or []]
    failed = False
    for name in chosen:
        if check:
            problems = build.check_release(root, name)
            failed = failed or bool(problems)
            typer.echo("\n".join(problems) if problems else f"{name}: current, nothing leaks")
            continue
        with _clear_errors():
            if not no_rehearsal:
                typer.echo(f"{name}: grading its own solution first")
                rehearse.require_rehearsal(root, name)
            typer.echo(f"{name}: {build.release(root, name).relative_to(root)}")
    if failed:
        raise typer.Exit(1)


def _publish(
    root: Path, folder: Path | None, bundle: bool, names: list[str], solutions: list[str] | None
) -> None:
    from autograder.release import publish

    solved = [_known(root, name) for name in solutions or []]
    with _clear_errors():
        plan = publish.plan(root, names, solved)
        if plan.note:
            typer.echo(f"note: {plan.note}", err=True)
        if folder is not None:
            typer.echo(f"published: {publish.publish(plan, folder)}")
        if bundle:
            typer.echo(f"bundle: {publish.bundle(plan).relative_to(root)}")


@app.command()
def grade(
    assignment: Assignment,
    student: Students = None,
    force: Annotated[bool, typer.Option("--force", help="Also what was graded before.")] = False,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="All of them, but run only what has changed.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Submissions at a time; as many as the machine is good for if not given."
        ),
    ] = None,
    scheduler: Annotated[
        str, typer.Option(help="Address of a Dask scheduler, such as tls://10.0.0.1:8786.")
    ] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the scores here.")] = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write all that is known here, for programs.")
    ] = None,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run submissions with your own rights.")
    ] = False,
) -> None:
    """Grade the submissions in submitted/ and print the scores."""
    if force and regrade:
        raise fail(
            "--regrade runs only what has changed, --force runs everything; give one of them"
        )
    if workers and scheduler:
        raise fail("--workers starts processes here, --scheduler uses those of a cluster: say one")
    root = _course_root()
    _known(root, assignment)
    with importing():
        from autograder.grading import pipeline, regrading, results

    try:
        with _clear_errors():
            graded = pipeline.grade(
                root,
                assignment,
                students=student or None,
                force=force,
                regrade=regrade,
                sandbox=not no_sandbox,
                workers=workers,
                scheduler=scheduler,
            )
    except pipeline.GradingInterrupted as stop:
        typer.echo(f"stopped; {len(stop.results)} are graded, {stop.left} are left", err=True)
        raise typer.Exit(130) from stop
    _print_results(graded)
    if regrade:
        typer.echo(regrading.summary(graded))
    if csv is not None:
        results.write_grades(graded, csv)
        typer.echo(f"scores: {csv}")
    if json is not None:
        results.write_results(graded, json)
        typer.echo(f"results: {json}")
    if not graded:
        raise fail(f"submitted/ holds nothing to grade for {assignment}")


def _print_results(results: "list[Result]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("student", "score", "of", "status", "what happened")
    for result in results:
        table.add_row(
            result.student_id,
            f"{result.score:g}",
            f"{result.max_score:g}",
            str(result.status),
            "\n".join(result.messages),
        )
    Console().print(table)


@app.command()
def feedback(assignment: Assignment, student: Students = None) -> None:
    """Write the feedback pages of graded submissions."""
    root = _course_root()
    _known(root, assignment)
    from autograder.grading.feedback import feedback as write_feedback

    with _clear_errors():
        pages = write_feedback(root, assignment, students=student or None)
    for page in pages:
        typer.echo(str(page))
    if not pages:
        raise fail(f"nothing of {assignment} is graded yet; run `autograder grade {assignment}`")


@app.command()
def calibrate(assignment: Assignment) -> None:
    """Measure which accuracy an assignment may ask for; takes a while."""
    root = _course_root()
    _known(root, assignment)
    from autograder.grading.calibrate import calibrate as run

    try:
        with _clear_errors():
            typer.echo(f"{assignment}: {run(root, assignment)}")
    except ValueError as error:  # nothing to calibrate in this assignment
        raise fail(str(error)) from error


@app.command()
def report(
    folder: Annotated[
        Path, typer.Option("--output", help="Folder of the page.", file_okay=False)
    ] = Path("build/report"),
) -> None:
    """Write a one-page report on the grades in the course's gradebook."""
    root = _course_root()
    from autograder.grading.report import write_report

    with _clear_errors():
        typer.echo(str(write_report(root, folder)))


@app.command()
def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Notebooks or folders; source/ and notebooks/.")
    ] = None,
) -> None:
    """Check the form of source notebooks, and that their cells give the points they promise."""
    from autograder.release.lint import find_notebooks, lint_notebook
    from autograder.release.validate import validate_source

    if not paths:
        root = _course_root()
        paths = [root / name for name in ("source", "notebooks") if (root / name).is_dir()]
    notebooks = find_notebooks(paths)
    messages = [
        message for path in notebooks for message in (*lint_notebook(path), *validate_source(path))
    ]
    for message in messages:
        typer.echo(message)
    if messages:
        raise typer.Exit(1)
    typer.echo(f"{len(notebooks)} notebooks, nothing to mend")


@app.command()
def demo(
    build_dir: Annotated[
        Path, typer.Option("--build-dir", help="Where the demo class is made.", file_okay=False)
    ] = Path("build/demo"),
) -> None:
    """Make a class of students, grade it and show the result."""
    _course_root()
    from autograder.grading.demo import run_demo

    with _clear_errors():
        status = run_demo(build_dir)
    raise typer.Exit(status)


@app.command()
def bench(
    assignment: Annotated[
        list[str] | None, typer.Option(help="Only this assignment; may be repeated.")
    ] = None,
    size: Annotated[
        list[int] | None, typer.Option(min=1, help="Only classes of this size; may be repeated.")
    ] = None,
    mix: Annotated[
        list[str] | None, typer.Option(help="realistic or different; both if not given.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="As in `grade`.")] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=1, help="Let the others grade this many of a class, evenly drawn."),
    ] = None,
) -> None:
    """Measure what grading a class costs, against nbgrader and otter-grader; takes hours."""
    from autograder import exercises

    for name in assignment or ():
        if name not in exercises.names():
            raise fail(f"there is no exercise {name}; there are {', '.join(exercises.names())}")
    for name in mix or ():
        if name not in ("realistic", "different"):
            raise fail(f"there is no mix {name}; there are realistic and different")
    _course_root()
    from autograder.grading import benchmark

    chosen = benchmark.cases(assignment or (), size or (), mix or ())
    try:
        with _clear_errors():
            benchmark.bench(chosen, workers=workers, sample=sample)
    except benchmark.BenchError as error:
        raise fail(str(error)) from error
    typer.echo(f"rows are in {benchmark.REPORT}")


@app.command()
def doctor() -> None:
    """Check that this machine can grade: Python, the sandbox, room on the disk, configuration."""
    root = _course_root()
    from autograder.grading.doctor import examine

    missing = 0
    for check in examine(root):
        missing += bool(check.problem)
        mark = (
            f"MISSING  {check.name}: {check.problem}" if check.problem else f"ok       {check.name}"
        )
        typer.echo(mark)
    if missing:
        raise typer.Exit(1)


@app.command()
def collect(
    archive: Annotated[Path, typer.Argument(help="The ZIP file of Moodle, Canvas or a student.")],
    assignment: Annotated[
        str, typer.Option(help="Name of the assignment; recognised if not given.")
    ] = "",
    layout: Annotated[
        str, typer.Option(help="moodle, canvas, own or pattern; recognised if not given.")
    ] = "",
    roster: Annotated[
        Path | None, typer.Option(help="CSV file with the students' ids, names and numbers.")
    ] = None,
    student: Annotated[
        str, typer.Option(help="Whose archive it is, where the archive does not say.")
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace submissions, whichever is later.")
    ] = False,
) -> None:
    """Put the submissions of a download into submitted/; docs/lms.md says how."""
    root = _course_root()
    if assignment:
        _known(root, assignment)
    from autograder.grading.lms import collect as collecting

    try:
        with _clear_errors():
            found = collecting.collect(
                root,
                archive,
                assignment=assignment,
                layout=layout,
                roster=roster,
                student=student,
                force=force,
            )
    except KeyboardInterrupt as stop:
        typer.echo("stopped; what was collected is whole, the same command goes on", err=True)
        raise typer.Exit(130) from stop
    typer.echo(f"{found.assignment}, layout {found.layout}")
    _print_rows(found.taken)
    if found.left:
        typer.echo("Not taken:")
        for row in found.left:
            typer.echo(f"  {row.file}{f' ({row.student})' if row.student else ''}: {row.done}")
    for note in found.notes:
        typer.echo(note)
    if found.missing or not found.taken:
        raise fail(f"not taken, and maybe somebody's submission: {found.missing}")


def _print_rows(rows: "list[Row]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for header in ("student", "file", "attempt", "what was done"):
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(row.student, row.file, row.attempt, row.done)
    Console().print(table, markup=False)


@app.command()
def export(
    assignment: Assignment,
    system: Annotated[str, typer.Option("--format", help="moodle or canvas.")],
    into: Annotated[Path, typer.Option(help="The file to write.", dir_okay=False)],
    template: Annotated[
        Path | None,
        typer.Option(help="Grading worksheet or gradebook; only the grades are filled in."),
    ] = None,
    column: Annotated[
        str, typer.Option(help="Header of the grades' column, where it is not recognised.")
    ] = "",
    roster: Annotated[
        Path | None, typer.Option(help="CSV file with the students' ids, names and numbers.")
    ] = None,
    student: Students = None,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="Also grades that are not final.")
    ] = False,
    scale: Annotated[
        bool, typer.Option("--scale", help="Convert points to the template's maximum.")
    ] = False,
) -> None:
    """Write the grades of an assignment for Moodle or Canvas to import."""
    root = _course_root()
    _known(root, assignment)
    from autograder.grading.lms import export as exporting

    with _clear_errors():
        found = exporting.export(
            root,
            assignment,
            system=system,
            into=into,
            template=template,
            column=column,
            roster=roster,
            students=student or (),
            provisional=provisional,
            scale=scale,
        )
    for line in found.lines():
        typer.echo(line)
