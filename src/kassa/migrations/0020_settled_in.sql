-- The currency in which the provider takes disputed money, and gives it back: that of its balance.
alter table disputes add column settled_in char(3);
update disputes set settled_in = currency where withdrawn_minor > 0 or fee_minor > 0;
