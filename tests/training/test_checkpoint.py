"""Checkpoints are deleted where they lie, and only there."""

from weldfusion.training.checkpoint import forget_checkpoints, forget_own_checkpoints


def test_a_link_to_another_disk_is_deleted_and_what_it_leads_to_stays(tmp_path):
    scratch = tmp_path / "scratch" / "last.ckpt"
    scratch.parent.mkdir()
    scratch.touch()
    own, stage = tmp_path / "fold" / "checkpoints", tmp_path / "fold" / "stage2" / "checkpoints"
    stage.mkdir(parents=True)
    own.symlink_to(scratch.parent)
    (stage / "last.ckpt").touch()
    forget_checkpoints(tmp_path / "fold")
    assert not own.is_symlink()
    assert not stage.exists()
    assert scratch.is_file()
    forget_checkpoints(tmp_path / "fold")


def test_those_of_one_folder_go_alone(tmp_path):
    others = tmp_path / "mine" / "checkpoints"
    others.mkdir(parents=True)
    (tmp_path / "checkpoints").mkdir()
    forget_own_checkpoints(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert others.is_dir()
