// Portico
