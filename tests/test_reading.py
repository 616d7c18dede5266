"""Numbers in torch tensors, wherever geometry takes numbers."""

import numpy as np
import pytest
import torch

import leadlight as ll
from leadlight._reading import as_array

BOX = [(-1.0, 1.0), (-1.0, 1.0)]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_tensors_with_gradients_are_read_where_arrays_are(dtype):
    net = ll.mlp(2, [4], 1, seed=0)

    def tensor(numbers):
        return torch.tensor(numbers, dtype=dtype, requires_grad=True)

    cx = ll.regions(net, tensor(BOX))
    assert len(cx) == len(ll.regions(net, BOX))
    assert cx.locate(tensor([[0.5, 0.5]])).tolist() == cx.locate([[0.5, 0.5]]).tolist()
    assert ll.slice_line(tensor([0.0, 0.0]), tensor([1.0, 0.0])).points(tensor([[2.0]])).tolist() == [
        [2.0, 0.0]
    ]
    assert ll.count_along(net, tensor([[0.0, 0.0]]), tensor([[1.0, 1.0]])).shape == (1,)
    assert ll.geometry.ball(tensor([0.0, 0.0]), 1.0).dim == 2
    assert net(tensor([[0.5, 0.5]])).shape == (1, 1)


def test_parameters_of_a_module_are_a_network_s():
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    weights, biases = list(module.parameters())[::2], list(module.parameters())[1::2]
    assert ll.Network.from_arrays(weights, biases, "relu").equals(ll.Network.of(module))


def test_what_numpy_refuses_is_refused_as_by_numpy():
    for given in ("ab", [1, [2]], object(), [object()]):
        with pytest.raises((TypeError, ValueError)):
            as_array(given)
    assert as_array([torch.tensor(2), (torch.ones(1, dtype=torch.bfloat16)[0],)[0]]).tolist() == [2.0, 1.0]
    assert as_array(torch.tensor([2**62 + 1]), None).dtype == np.int64
