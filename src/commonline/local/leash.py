"""Run as a file: become the given command, with a signal for the moment when the parent process dies.

``python -I -S leash.py PARENT SIGNAL COMMAND …``. Linux has this as PR_SET_PDEATHSIG (prctl(2)); it survives
execve. Done here and not in a `preexec_fn`, which is unsafe in a process with threads. On other systems the
command simply runs, and a process left behind is ended by its pid file at the next start.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent, then become the command."""
    parent, number = int(sys.argv[1]), int(sys.argv[2])
    if sys.platform == "linux":
        import ctypes

        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) != 0:
            sys.exit(f"prctl failed: {os.strerror(ctypes.get_errno())}")
        if os.getppid() != parent:  # it died before the line above
            os.kill(os.getpid(), signal.SIGKILL)
    os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606  a shell is what we do not want


main()
