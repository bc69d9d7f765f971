"""What is known of Keras: releases, measured behaviour, the layers of its applications, and what its calls do."""
