"""The module path of the app, and the import of its entry file."""

import importlib.util
import os
import site
import sys

import micropush_cache as cache

APP = "/app"
DEPENDENCIES = "/dependencies"
LIBRARY = "/opt/micropush/lib/python"


def import_entry(entry, born_with):
    """Imports the entry file under the name that `import` would give it; its folder and the app's root come first."""
    root, name = _name(entry)
    wanted = [root, APP] + _extra()
    rest = [p for p in sys.path if _is_distribution(p)]
    # Dependencies stand behind the standard library, as installed packages do everywhere: some of them are backports of it.
    sys.path[:] = list(dict.fromkeys(wanted + [p for p in sys.path if not _is_distribution(p)]))
    if os.path.isdir(DEPENDENCIES):
        site.addsitedir(DEPENDENCIES)
    sys.path.extend(rest + [LIBRARY])
    _hide(born_with, (root, APP))
    sys.argv[:] = [entry]
    cache.install()
    _forget_folders((root, APP, DEPENDENCIES))
    return _load(name, entry)


def library(name):
    """A module of our library, whatever the app has put in its way on the module path; one and the same with what the app has imported."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, "%s/%s.py" % (LIBRARY, name))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _name(entry):
    """The folder to import from, and the dotted name below it: a package's files are imported as parts of the package."""
    folder, file = os.path.split(entry)
    parts = [os.path.splitext(file)[0]]
    while folder != APP and os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    return folder, ".".join(parts)


def _extra():
    """What the micro's own PYTHONPATH adds."""
    listed = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [os.path.join(APP, p) for p in listed if p and p.rstrip("/") not in (DEPENDENCIES, LIBRARY)]


def _is_distribution(folder):
    return folder.endswith(("dist-packages", "site-packages"))


def _hide(born_with, folders):
    """The app's own modules win over those of the same name that only the loader has imported."""
    own = set()
    for folder in folders:
        for name in os.listdir(folder):
            stem, extension = os.path.splitext(name)
            if extension == ".py" or os.path.exists(os.path.join(folder, name, "__init__.py")):
                own.add(stem)
    for name in list(sys.modules):
        top = name.partition(".")[0]
        ours = top.startswith("micropush_")
        if ours or (top in own and top not in born_with and top not in sys.builtin_module_names):
            del sys.modules[name]


def _forget_folders(folders):
    """They may have got their content since the runtime was loaded. importlib.invalidate_caches() would import the whole of
    importlib.metadata for that, a fifth of the runtime's own start."""
    for folder in list(sys.path_importer_cache):
        if folder.startswith(folders):
            del sys.path_importer_cache[folder]


def _load(name, entry):
    if "." in name:
        importlib.import_module(name.rpartition(".")[0])
    spec = importlib.util.spec_from_file_location(name, entry, loader=cache.loader(name, entry))
    if spec is None:
        raise ImportError("%s is not a Python file" % entry)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return sys.modules.get(name, module)
