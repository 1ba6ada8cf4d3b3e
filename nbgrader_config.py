"""nbgrader's configuration of this course; this folder is the course directory.

The `nbgrader` command, formgrader's button and `autograder grade` read the same lines, so a
submission goes the same way through each of them.
"""

from autograder.grading.course import put_tools_on_path
from autograder.release.generate import PREPROCESSORS
from autograder.release.worksheets import VALIDATE_SECONDS

put_tools_on_path()

c = get_config()  # noqa: F821  (nbgrader puts it here)

c.CourseDirectory.course_id = "eight_faces"
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "__MACOSX",
    ".DS_Store",
    "feedback",
]

# ---- Release: source/ -> release/ ----------------------------------------------------------
c.GenerateAssignment.preprocessors = PREPROCESSORS
# A gap is written `name = ...` above the solution; nothing takes the solution's place.
c.ClearSolutions.code_stub = {"python": ""}
c.ClearSolutions.text_stub = "Write your answer here."

# ---- Validate: the button in JupyterLab, and `nbgrader validate` ----------------------------
c.Execute.timeout = VALIDATE_SECONDS

# ---- Autograde: submitted/ -> autograded/ --------------------------------------------------
c.Autograde.exporter_class = "autograder.grading.exporter.SubmissionExporter"
c.Autograde.pre_convert_hook = "autograder.grading.prepare.use_right_name"
c.Autograde.sanitize_preprocessors = [
    "autograder.grading.sanitize.StripMetadata",
    "nbgrader.preprocessors.ClearOutput",
    "autograder.grading.restore.RecogniseCells",
    "autograder.grading.restore.RemoveCopies",
    "autograder.grading.restore.RestoreCells",
    "autograder.grading.sanitize.NoteKernel",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.grading.execute.RunNotebook",
    "autograder.grading.outputs.MoveWarnings",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.grading.active.RemoveActiveContent",
    "autograder.grading.marks.CheckScores",
    "autograder.grading.marks.SaveGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "autograder.grading.markscheme.ShowMarkScheme",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.OverwriteCells.add_missing_cells = True

# Seconds. `make demo` may take minutes on a slow machine: generous for the honest, and an endless
# loop still ends.
c.RunNotebook.cell_timeout = {
    "default": 300.0,
    "03_faces_fc": 180.0,
    "06_faces_vgg_features": 1200.0,
    "08_caltech101_transfer": 1200.0,
    "09_santa_vgg19": 1200.0,
}
c.RunNotebook.notebook_timeout = {
    "default": 1200.0,
    "03_faces_fc": 600.0,
    "06_faces_vgg_features": 2400.0,
    "08_caltech101_transfer": 2400.0,
    "09_santa_vgg19": 2700.0,
}
# What the processes of one submission may use together: GiB of memory and of disk, numbers.
c.RunNotebook.memory = {"default": 6.0, "06_faces_vgg_features": 10.0}
c.RunNotebook.disk = {"default": 2.0}
c.RunNotebook.processes = 64
c.RunNotebook.files = 20_000
# "none" runs submissions with your own rights; only for submissions that you trust.
c.RunNotebook.sandbox = "bubblewrap"
# False imports Keras anew for every submission: slower, the same results.
c.RunNotebook.warm = True
# False trains in every notebook anew, and leaves all accuracies provisional.
c.RunNotebook.train_once = True
# Floating-point operations of all trainings of one submission; 05's three networks take 2e13.
# Each way of 09 that sends pictures through VGG19 counts as if all of it learned.
c.RunNotebook.training_work = {"default": 1e14, "09_santa_vgg19": 3e14}

# ---- Feedback: autograded/ -> feedback/ ----------------------------------------------------
c.GenerateFeedback.exporter_class = "autograder.grading.feedback.PageExporter"
c.GenerateFeedback.preprocessors = [
    "autograder.grading.markscheme.HideMarkScheme",
    "autograder.grading.feedback.HideTests",
    "nbgrader.preprocessors.GetGrades",
    "autograder.grading.feedback.ShowSummary",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# ---- Zip collect: a download of Moodle or Canvas -> submitted/ ------------------------------
# `autograder collect` does more: it replaces a submission by a later one only.
c.ZipCollectApp.extractor_plugin = "autograder.grading.lms.plugins.SafeExtractor"
c.ZipCollectApp.collector_plugin = "autograder.grading.lms.plugins.LmsCollector"
