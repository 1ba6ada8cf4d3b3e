"""Train what students' notebooks ask for, each distinct training once, apart from their code."""
