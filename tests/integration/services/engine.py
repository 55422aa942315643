"""Whether there is an engine for containers."""

import gc
import warnings

import docker  # type: ignore[import-untyped]
import docker.errors  # type: ignore[import-untyped]

_ENGINE_S = 5


def engine_answers() -> bool:
    """Ask Docker's API, wherever the environment says that it is."""
    with warnings.catch_warnings():
        # Docker's client leaves its socket open where nobody answers.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            docker.from_env(timeout=_ENGINE_S).close()
        except docker.errors.DockerException:
            answers = False
        else:
            answers = True
        gc.collect()
    return answers
